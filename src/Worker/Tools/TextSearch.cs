using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Searches files without ripgrep.</summary>
internal sealed class TextSearch(Workspace workspace, Regex pattern, string? glob)
{
    private const int MaxLineLength = 500;
    private const long MaxFileBytes = 5 * 1024 * 1024;

    private readonly Regex? _glob = glob is null
        ? null
        : GlobPattern.Path(glob.Contains('/', StringComparison.Ordinal) ? glob : $"**/{glob}");

    /// <summary>The matching lines below a file or directory.</summary>
    public async IAsyncEnumerable<FoundLine> Matches(string start, [EnumeratorCancellation] CancellationToken ct)
    {
        IEnumerable<FileInfo> files = Directory.Exists(start) ? FileWalk.Files(new DirectoryInfo(start), workspace) : [new FileInfo(start)];
        foreach (var file in files.Where(file => file.LinkTarget is null && file.Length <= MaxFileBytes))
        {
            var shown = workspace.Shown(file.FullName);
            if (_glob?.IsMatch(shown) == false)
                continue;
            await foreach (var match in InFileAsync(shown, ct))
                yield return match;
        }
    }

    private async IAsyncEnumerable<FoundLine> InFileAsync(string shown, [EnumeratorCancellation] CancellationToken ct)
    {
        await using var stream = workspace.OpenToRead(shown);
        using var lines = new BoundedLines(stream, MaxLineLength);
        var number = 0;
        while (await lines.NextAsync(ct) is { } line)
        {
            if (line.Contains('\0', StringComparison.Ordinal))
                yield break;
            number++;
            if (pattern.IsMatch(line))
                yield return new FoundLine(shown, $"{number}:{line}");
        }
    }
}

/// <summary>A line that a search found.</summary>
/// <param name="Path">The file, as it is shown.</param>
/// <param name="Text">The line with its number, as <c>number:text</c>.</param>
internal readonly record struct FoundLine(string Path, string Text);
