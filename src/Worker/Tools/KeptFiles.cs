using System.IO.Enumeration;

namespace Koda.Worker.Tools;

/// <summary>The files of a workspace that may not be read without asking, as a sandbox keeps them from commands.</summary>
internal static class KeptFiles
{
    private const int MaxPaths = 2000;

    /// <summary>Their real paths; a directory of which nothing may be read for all that lies in it.</summary>
    /// <param name="context">What the call works with: what it was allowed to open is none of them.</param>
    /// <exception cref="ToolException">There are too many.</exception>
    public static IReadOnlyList<string> Of(ToolContext context)
    {
        var kept = In(context.Workspace.Root, "", context).Kept;
        return kept.Count <= MaxPaths
            ? kept
            : throw new ToolException(
                $"{kept.Count} files of the workspace may not be read, which is too many to keep from a command. Use the other tools.");
    }

    /// <summary>Those at or below some paths, relative to the workspace.</summary>
    public static IEnumerable<string> Below(IReadOnlyList<string> paths, ToolContext context) => Of(context)
        .Where(kept => paths.Any(path => RealPaths.IsWithin(kept, path) || RealPaths.IsWithin(path, kept))).Select(context.Workspace.Shown);

    private static (List<string> Kept, bool All) In(string directory, string shown, ToolContext context)
    {
        var (kept, all, any) = (new List<string>(), true, false);
        foreach (var (name, isDirectory) in Entries(directory))
        {
            any = true;
            var (real, path) = ($"{directory}/{name}", $"{shown}{name}");
            if (isDirectory && name == Repositories.Name)
            {
                all = false;
                continue;
            }
            var (below, whole) = isDirectory ? In(real, path + "/", context) : ([], !IsRead(real, path, context));
            all &= whole;
            if (whole)
                kept.Add(real);
            else
                kept.AddRange(below);
        }
        return (kept, any ? all : shown.Length > 0 && !context.MayRead(shown.TrimEnd('/')));
    }

    private static bool IsRead(string real, string path, ToolContext context) =>
        context.MayRead(path) || context.Outside.Any(allowed => RealPaths.IsWithin(real, allowed.Path));

    private static IEnumerable<(string Name, bool IsDirectory)> Entries(string directory)
    {
        try
        {
            return
            [
                .. new FileSystemEnumerable<(string, bool)>(
                    directory,
                    (ref FileSystemEntry entry) => (entry.FileName.ToString(), entry.IsDirectory),
                    new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true }),
            ];
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
