using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>
/// What the files of a tree that are named <c>.gitignore</c> and <c>.ignore</c>, and <c>info/exclude</c> of its repositories, leave out at
/// one directory: the last line that matches decides, those of deeper files before others, those of <c>.ignore</c> before all.
/// </summary>
internal sealed class IgnoreFiles
{
    private const string OfGit = ".gitignore";
    private const string OfSearches = ".ignore";
    private const string Exclude = ".git/info/exclude";
    private const int MaxBytes = 1024 * 1024;

    private static readonly IgnoreFiles s_none = new([], []);

    // The deepest last.
    private readonly IReadOnlyList<(string Directory, IReadOnlyList<IgnoreRule> Rules)> _git;
    private readonly IReadOnlyList<(string Directory, IReadOnlyList<IgnoreRule> Rules)> _searches;

    private IgnoreFiles(
        IReadOnlyList<(string Directory, IReadOnlyList<IgnoreRule> Rules)> git,
        IReadOnlyList<(string Directory, IReadOnlyList<IgnoreRule> Rules)> searches) => (_git, _searches) = (git, searches);

    /// <summary>What holds above a directory. Who asks for a directory that is left out asks for all that lies in it.</summary>
    /// <param name="start">The real path.</param>
    /// <param name="root">The real path of the workspace: files above it do not count.</param>
    public static IgnoreFiles Above(string start, string root)
    {
        if (!RealPaths.IsWithin(start, root))
            return s_none;
        var rules = s_none;
        var at = root;
        foreach (var part in start[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var directory = NativeFiles.OpenDirectory(at);
            rules = rules.In(directory, at, [OfGit, OfSearches, Repositories.Name]);
            at = $"{at}/{part}";
            if (rules.Ignores(at, isDirectory: true))
                return s_none;
        }
        return rules;
    }

    /// <summary>What holds in a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="path">Its real path.</param>
    /// <param name="names">What lies in it.</param>
    public IgnoreFiles In(SafeFileHandle directory, string path, IEnumerable<string> names)
    {
        var (git, searches) = (_git, _searches);
        foreach (var name in names.Where(name => name is OfGit or OfSearches or Repositories.Name).Order(StringComparer.Ordinal))
        {
            var file = name == Repositories.Name ? Exclude : name;
            var rules = Read(directory, file);
            // A repository does not heed what lies above it. Its name sorts before the others.
            if (name == Repositories.Name && FileFacts.In(directory, name) is not null)
                git = [];
            if (rules.Count == 0)
                continue;
            if (name == OfSearches)
                searches = [.. searches, (path, rules)];
            else
                git = [.. git, (path, rules)];
        }
        return git == _git && searches == _searches ? this : new IgnoreFiles(git, searches);
    }

    /// <summary>Whether a file of a workspace is left out, or lies in what is.</summary>
    /// <param name="path">Its real path.</param>
    /// <param name="root">The real path of the workspace.</param>
    public static bool LeavesOut(string path, string root)
    {
        var parts = path[root.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries);
        var (rules, at) = (s_none, root);
        foreach (var (index, part) in parts.Index())
        {
            using var directory = NativeFiles.OpenDirectory(at);
            rules = rules.In(directory, at, [OfGit, OfSearches, Repositories.Name]);
            at = $"{at}/{part}";
            if (rules.Ignores(at, isDirectory: index < parts.Length - 1 || Directory.Exists(at)))
                return true;
        }
        return false;
    }

    /// <summary>Whether what lies in the directory, or below, is left out.</summary>
    /// <param name="path">Its real path.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public bool Ignores(string path, bool isDirectory) => Decide(_searches, path, isDirectory) ?? Decide(_git, path, isDirectory) ?? false;

    private static bool? Decide(IReadOnlyList<(string Directory, IReadOnlyList<IgnoreRule> Rules)> files, string path, bool isDirectory)
    {
        for (var file = files.Count - 1; file >= 0; file--)
        {
            var (directory, rules) = files[file];
            var relative = path.AsSpan(directory.Length + 1);
            for (var i = rules.Count - 1; i >= 0; i--)
            {
                if (rules[i].Matches(relative, isDirectory))
                    return !rules[i].Keeps;
            }
        }
        return null;
    }

    private static List<IgnoreRule> Read(SafeFileHandle directory, string name)
    {
        try
        {
            // Git follows no link here either.
            using var file = new FileStream(
                NativeFiles.OpenToRead($"{NativeFiles.Anchor(directory)}/{name}"), FileAccess.Read, bufferSize: 0);
            if (!file.CanSeek || file.Length > MaxBytes)
                return [];
            using var reader = new StreamReader(file, Encoding.UTF8);
            return [.. reader.ReadToEnd().Split('\n').Select(IgnoreRule.Parse).OfType<IgnoreRule>()];
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
