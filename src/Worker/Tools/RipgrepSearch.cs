using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Koda.Worker.Tools;

/// <summary>Searches files with ripgrep.</summary>
internal sealed class RipgrepSearch(string ripgrep, Workspace workspace, string pattern, bool ignoreCase, string? glob)
{
    // The longest path, and what is shown of a line.
    private const int MaxLineLength = 4096 + 500;
    private const int NothingFound = 1;

    /// <summary>The matching lines below a file or directory. What is private is left out.</summary>
    /// <exception cref="ToolException">The pattern is not valid.</exception>
    public async IAsyncEnumerable<FoundLine> Matches(string start, [EnumeratorCancellation] CancellationToken ct)
    {
        using var process = await LastingThread.StartAsync(Command(start)) ?? throw new ToolException("ripgrep does not start.");
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(ct);
            var shows = new Dictionary<string, bool>();
            using var lines = new BoundedLines(process.StandardOutput.BaseStream, MaxLineLength);
            while (await lines.NextAsync(ct) is { } line)
            {
                var found = Read(line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line);
                if (!shows.TryGetValue(found.Path, out var shown))
                    shows[found.Path] = shown = workspace.Shows(Path.GetFullPath(found.Path, workspace.Root));
                if (shown)
                    yield return found;
            }
            await process.WaitForExitAsync(ct);
            if (process.ExitCode > NothingFound && (await errors).Trim() is { Length: > 0 } problem)
                throw new ToolException($"The search failed: {Shortened.HeadAndTail(problem, 1000).Text}");
        }
        finally
        {
            if (!process.HasExited)
                process.Kill();
        }
    }

    // Of a binary file it says only that it matches, without the zero byte behind its path.
    private static FoundLine Read(string line) => line.Split(line.Contains('\0', StringComparison.Ordinal) ? '\0' : ':', 2) is [var path, var text]
        ? new FoundLine(path, text)
        : new FoundLine(line, "");

    private ProcessStartInfo Command(string start)
    {
        var line = WithWorker.Program([ripgrep, .. Arguments(start)]);
        return new ProcessStartInfo(line[0], line.Skip(1))
        {
            WorkingDirectory = workspace.Root,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
    }

    // The last pattern that matches counts, so these follow the caller's own. Only what lies in the workspace can be named; the rest is left out of what is found.
    private IEnumerable<string> Hidden(string start) => workspace.HiddenBelow(start).Where(workspace.Holds)
        .Select(path => $"--glob=!/{GlobPattern.Exactly(workspace.Shown(path).Replace("\\", @"\\", StringComparison.Ordinal))}");

    private IEnumerable<string> Arguments(string start) =>
    [
        "--no-config", "--no-heading", "--with-filename", "--null", "--line-number", "--color=never", "--sort=path", "--hidden",
        "--no-ignore-parent", "--no-ignore-global", "--no-require-git", "--no-messages", "--max-filesize=5M",
        "--max-columns=400", "--max-columns-preview", "--glob=!.git", "--glob=!node_modules",
        .. glob is null ? [] : new[] { $"--glob={glob}" }, .. Hidden(start), .. ignoreCase ? new[] { "--ignore-case" } : [], $"--regexp={pattern}", "--",
        !workspace.Holds(start) ? start : start == workspace.Root ? "." : $"./{workspace.Shown(start)}",
    ];
}
