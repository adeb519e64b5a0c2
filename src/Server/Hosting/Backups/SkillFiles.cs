namespace Koda.Server.Hosting.Backups;

/// <summary>The files of the skills of a data directory.</summary>
internal static class SkillFiles
{
    public static string Folder(string dataDirectory) => Path.Combine(dataDirectory, "skills");

    public static IReadOnlyList<FileInfo> In(string dataDirectory) =>
        new DirectoryInfo(Folder(dataDirectory)) is { Exists: true } folder
            ? [.. folder.EnumerateFiles("*.md").OrderBy(file => file.Name, StringComparer.Ordinal)] : [];
}
