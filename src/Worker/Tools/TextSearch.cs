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

    /// <summary>The matching lines below a file or directory, as <c>path:line:text</c>.</summary>
    public async IAsyncEnumerable<string> Matches(string start, [EnumeratorCancellation] CancellationToken ct)
    {
        IEnumerable<FileInfo> files = Directory.Exists(start) ? FileWalk.Files(new DirectoryInfo(start)) : [new FileInfo(start)];
        foreach (var file in files.Where(file => file.LinkTarget is null && file.Length <= MaxFileBytes))
        {
            var shown = workspace.Shown(file.FullName);
            if (_glob?.IsMatch(shown) == false)
                continue;
            await foreach (var match in InFileAsync(shown, ct))
                yield return match;
        }
    }

    private async IAsyncEnumerable<string> InFileAsync(string shown, [EnumeratorCancellation] CancellationToken ct)
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
                yield return $"{shown}:{number}:{line}";
        }
    }
}
