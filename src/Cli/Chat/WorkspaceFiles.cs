namespace Koda.Cli.Chat;

/// <summary>
/// Files of the workspace as they are named in a message, such as <c>@src/Cart.cs</c>. Where it is another machine's, none is known.
/// </summary>
internal static class WorkspaceFiles
{
    private const int Most = 200;

    /// <summary>The paths that a beginning may be completed to; those of directories end with a slash.</summary>
    public static IReadOnlyList<string> Beginning(string workspace, string text)
    {
        var name = text[(text.LastIndexOf('/') + 1)..];
        var directory = text[..^name.Length];
        if (Path.IsPathRooted(text) || directory.Split('/').Contains("..") || !Directory.Exists(Path.Combine(workspace, directory)))
            return [];
        var skipped = name.StartsWith('.') ? FileAttributes.None : FileAttributes.Hidden;
        var options = new EnumerationOptions { IgnoreInaccessible = true, AttributesToSkip = skipped };
        return
        [
            .. new DirectoryInfo(Path.Combine(workspace, directory)).EnumerateFileSystemInfos("*", options)
                .Where(entry => entry.Name.StartsWith(name, StringComparison.Ordinal))
                .Where(entry => !entry.Name.Any(letter => char.IsWhiteSpace(letter) || char.IsControl(letter)))
                .Select(entry => directory + entry.Name + (entry is DirectoryInfo ? "/" : ""))
                .Order(StringComparer.Ordinal).Take(Most),
        ];
    }

    /// <summary>The files that a message names, each once.</summary>
    public static IEnumerable<string> NamedIn(string workspace, string message) => message
        .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
        .Where(word => word.Length > 1 && word[0] == '@')
        .Select(word => word[1..].TrimEnd('.', ',', ';', ':', '!', '?', ')'))
        .Where(path => path.Length > 0 && !Path.IsPathRooted(path) && !path.Split('/').Contains(".."))
        .Where(path => File.Exists(Path.Combine(workspace, path)))
        .Distinct();
}
