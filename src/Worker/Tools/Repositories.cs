using System.IO.Enumeration;

namespace Koda.Worker.Tools;

/// <summary>The git repositories in a directory, however deep.</summary>
internal static class Repositories
{
    public const string Name = ".git";

    // What a repository without files of its own is known by.
    private const string Head = "HEAD";
    private static readonly string[] s_beside = ["objects", "refs"];

    // Nothing is asked of a file but its name and kind, which the directory itself says: that is cheap also for many.
    private static readonly EnumerationOptions s_all = new()
    {
        RecurseSubdirectories = true,
        AttributesToSkip = FileAttributes.ReparsePoint,
        IgnoreInaccessible = true,
        BufferSize = 64 * 1024,
    };

    /// <summary>What makes each of them: a directory, or a file that says where it is.</summary>
    /// <param name="root">The real path of the directory.</param>
    public static IEnumerable<string> Below(string root) =>
        new FileSystemEnumerable<string>(root, (ref FileSystemEntry entry) => Found(ref entry), s_all)
        {
            ShouldIncludePredicate = (ref FileSystemEntry entry) => entry.FileName.SequenceEqual(Name) || IsBare(ref entry),
            ShouldRecursePredicate = (ref FileSystemEntry entry) => !entry.FileName.SequenceEqual(Name),
        };

    /// <summary>The directories in which a repository, those of its submodules and what they keep for work trees have settings.</summary>
    public static IEnumerable<string> SettingsOf(string repository) =>
        Own(repository).SelectMany(own => Directories($"{own}/worktrees").Prepend(own));

    private static bool IsBare(ref FileSystemEntry entry)
    {
        if (!entry.FileName.SequenceEqual(Head) || entry.IsDirectory)
            return false;
        var directory = entry.Directory.ToString();
        return s_beside.All(name => Directory.Exists($"{directory}/{name}"));
    }

    private static string Found(ref FileSystemEntry entry) =>
        entry.FileName.SequenceEqual(Name) ? entry.ToFullPath() : entry.Directory.ToString();

    private static IEnumerable<string> Own(string repository) => [repository, .. Modules($"{repository}/modules")];

    private static IEnumerable<string> Modules(string directory) =>
        Directories(directory).SelectMany(module => File.Exists($"{module}/{Head}") ? Own(module) : Modules(module));

    private static IEnumerable<string> Directories(string directory) =>
        Directory.Exists(directory)
            ? Directory.EnumerateDirectories(
                directory, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
            : [];
}
