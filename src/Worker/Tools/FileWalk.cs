namespace Koda.Worker.Tools;

/// <summary>The files below a directory, in order, without following links.</summary>
internal static class FileWalk
{
    private static readonly HashSet<string> Skipped = [".git", "node_modules"];

    private static readonly EnumerationOptions Everything = new() { AttributesToSkip = 0, IgnoreInaccessible = true };

    /// <summary>Every file below <paramref name="directory"/>; what git keeps, installed packages and what is private are left out.</summary>
    public static IEnumerable<FileInfo> Files(DirectoryInfo directory, Workspace workspace)
    {
        foreach (var entry in Entries(directory).Where(entry => workspace.Shows(entry.FullName)))
        {
            if (entry is FileInfo file)
            {
                yield return file;
                continue;
            }
            if (Skipped.Contains(entry.Name) || entry.LinkTarget is not null)
                continue;
            foreach (var below in Files((DirectoryInfo)entry, workspace))
                yield return below;
        }
    }

    /// <summary>What lies directly in <paramref name="directory"/>.</summary>
    public static IEnumerable<FileSystemInfo> Entries(DirectoryInfo directory) =>
        directory.EnumerateFileSystemInfos("*", Everything).OrderBy(entry => entry.Name, StringComparer.Ordinal);
}
