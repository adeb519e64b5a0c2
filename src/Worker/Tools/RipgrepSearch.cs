using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Koda.Worker.Tools;

/// <summary>Searches files with ripgrep.</summary>
internal sealed class RipgrepSearch(string ripgrep, Workspace workspace, string pattern, bool ignoreCase, string? glob)
{
    private const int MaxLineLength = 500;
    private const int NothingFound = 1;

    /// <summary>The matching lines below a file or directory, as <c>path:line:text</c>.</summary>
    /// <exception cref="ToolException">The pattern is not valid.</exception>
    public async IAsyncEnumerable<string> Matches(string start, [EnumeratorCancellation] CancellationToken ct)
    {
        using var process = await LastingThread.StartAsync(Command(start)) ?? throw new ToolException("ripgrep does not start.");
        try
        {
            process.StandardInput.Close();
            var errors = process.StandardError.ReadToEndAsync(ct);
            using var lines = new BoundedLines(process.StandardOutput.BaseStream, MaxLineLength);
            while (await lines.NextAsync(ct) is { } line)
                yield return line.StartsWith("./", StringComparison.Ordinal) ? line[2..] : line;
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

    private IEnumerable<string> Arguments(string start) =>
    [
        "--no-config", "--no-heading", "--with-filename", "--line-number", "--color=never", "--sort=path", "--hidden",
        "--no-ignore-parent", "--no-ignore-global", "--no-require-git", "--no-messages", "--max-filesize=5M",
        "--max-columns=400", "--max-columns-preview", "--glob=!.git", "--glob=!node_modules",
        .. glob is null ? [] : new[] { $"--glob={glob}" }, .. ignoreCase ? new[] { "--ignore-case" } : [], $"--regexp={pattern}", "--",
        !workspace.Holds(start) ? start : start == workspace.Root ? "." : $"./{workspace.Shown(start)}",
    ];
}
