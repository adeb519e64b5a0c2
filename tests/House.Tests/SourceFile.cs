using System.Reflection;
using System.Text.RegularExpressions;

namespace Koda.House.Tests;

/// <summary>A hand-written file of the repository.</summary>
/// <param name="Path">Its path from the root, with forward slashes.</param>
/// <param name="Text">Its content.</param>
internal sealed partial record SourceFile(string Path, string Text)
{
    public static string Root { get; } = typeof(SourceFile).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(attribute => attribute.Key == "RepositoryRoot").Value!;

    public int Lines => Text.Count(c => c == '\n');

    public string Folder => Path[..Path.LastIndexOf('/')];

    public string Name => System.IO.Path.GetFileName(Path);

    public static IReadOnlyList<SourceFile> Under(string folder, string pattern = "*.cs") =>
        [.. Directory.EnumerateFiles(System.IO.Path.Combine(Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => System.IO.Path.GetRelativePath(Root, file).Replace('\\', '/'))
            .Where(path => !Foreign().IsMatch(path))
            .Order(StringComparer.Ordinal)
            .Select(path => new SourceFile(path, File.ReadAllText(System.IO.Path.Combine(Root, path))))];

    /// <summary>The lines that match, as <c>path:line: text</c>.</summary>
    public IEnumerable<string> Find(Regex pattern) => Text.Split('\n')
        .Select((line, index) => (line, index))
        .Where(item => pattern.IsMatch(item.line))
        .Select(item => $"{Path}:{item.index + 1}: {item.line.Trim()}");

    /// <summary>The lines that are longer than so many columns without the texts in them, as <c>path:line: text</c>.</summary>
    public IEnumerable<string> LongLines(int columns)
    {
        var isRaw = false;
        foreach (var (line, index) in Text.Split('\n').Select((line, index) => (line, index)))
        {
            var isWithin = isRaw;
            isRaw ^= RawQuotes().Count(line) % 2 == 1;
            if (line.Length > columns && !isWithin && Quoted().Replace(line, "\"\"") is var bare && (bare == line || bare.Length > columns))
                yield return $"{Path}:{index + 1}: {line.Trim()}";
        }
    }

    [GeneratedRegex("\"\"\"")]
    private static partial Regex RawQuotes();

    // A raw text that begins here goes to the end of the line, or ends in it.
    [GeneratedRegex(@"""{3}.*?(""{3}|$)|""(\\.|[^""\\])*""")]
    private static partial Regex Quoted();

    [GeneratedRegex("(^|/)(bin|obj|node_modules)/")]
    private static partial Regex Foreign();
}
