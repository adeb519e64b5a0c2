using System.IO.Enumeration;
using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>
/// A walk over the files below a directory, in the order of their names, that follows no link. What cannot be looked at is passed over and
/// noted, and never ends the walk. What git keeps, installed packages and what is private are left out.
/// </summary>
/// <param name="workspace">The workspace.</param>
/// <param name="ignored">Whether what files named <c>.gitignore</c> and <c>.ignore</c> name is walked over too.</param>
internal sealed class FileWalk(Workspace workspace, bool ignored)
{
    private static readonly HashSet<string> s_skipped = [".git", "node_modules"];
    private static readonly EnumerationOptions s_everything = new() { AttributesToSkip = 0, BufferSize = 64 * 1024 };

    private readonly HashSet<string> _hidden = [];

    /// <summary>What was passed over so far.</summary>
    public PassedOver Passed { get; } = new();

    /// <summary>The files below a directory, or the file itself. Each can be opened until the next is asked for.</summary>
    /// <param name="start">The real path.</param>
    public IEnumerable<WalkedFile> Files(string start)
    {
        _hidden.UnionWith(workspace.HiddenBelow(start));
        if (!Directory.Exists(start))
            return FileFacts.Of(start) is { } facts ? [new WalkedFile(start, facts, () => workspace.OpenToRead(start))] : [];
        return From(start, ignored ? null : IgnoreFiles.Above(start, workspace.Root));
    }

    /// <summary>What lies directly in a directory, by name. Null for what cannot be looked at.</summary>
    public static IEnumerable<(string Name, FileFacts? Facts)> Entries(SafeFileHandle directory)
    {
        var names = new FileSystemEnumerable<string>(
            $"{NativeFiles.Anchor(directory)}/", (ref FileSystemEntry entry) => entry.FileName.ToString(), s_everything);
        return names.Order(StringComparer.Ordinal).Select(name => (name, FileFacts.In(directory, name)));
    }

    private IEnumerable<WalkedFile> From(string start, IgnoreFiles? rules)
    {
        using var directory = Open(start, () => workspace.OpenDirectory(start));
        if (directory is null)
            yield break;
        foreach (var file in In(directory, start, rules))
            yield return file;
    }

    private IEnumerable<WalkedFile> In(SafeFileHandle directory, string path, IgnoreFiles? above)
    {
        var entries = Look(directory, path);
        var rules = above?.In(directory, path, entries.Select(entry => entry.Name));
        foreach (var (name, facts) in entries)
        {
            var real = path == "/" ? $"/{name}" : $"{path}/{name}";
            if (facts is not { } found)
            {
                // A name that is not UTF-8 does not lead back to its file; another entry went away meanwhile.
                if (name.Contains('\uFFFD', StringComparison.Ordinal))
                    Passed.Add(workspace.Shown(real), "its name is not UTF-8", isText: false);
                continue;
            }
            // By another name it may be a hidden file too.
            if (name == Repositories.Name
                || _hidden.Contains(real)
                || workspace.Private.IsKoda(found)
                || (found is { IsFile: true, Names: > 1 } && !workspace.Shows(real)))
                continue;
            var isDirectory = found.Kind == FileKind.Directory;
            if ((isDirectory && s_skipped.Contains(name)) || rules?.Ignores(real, isDirectory) == true)
                continue;
            if (!isDirectory)
            {
                yield return new WalkedFile(real, found, () => workspace.OpenToRead(directory, name, real));
                continue;
            }
            using var child = Open(real, () => NativeFiles.OpenDirectory($"{NativeFiles.Anchor(directory)}/{name}"));
            if (child is null)
                continue;
            foreach (var file in In(child, real, rules))
                yield return file;
        }
    }

    private List<(string Name, FileFacts? Facts)> Look(SafeFileHandle directory, string path)
    {
        try
        {
            return [.. Entries(directory)];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Passed.Add(workspace.Shown(path), "it cannot be listed");
            return [];
        }
    }

    private SafeFileHandle? Open(string path, Func<SafeFileHandle> open)
    {
        try
        {
            return open();
        }
        catch (FileNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            Passed.Add(workspace.Shown(path), "it cannot be opened");
            return null;
        }
    }
}

/// <summary>A file that a walk came to.</summary>
/// <param name="Path">Its real path.</param>
/// <param name="Facts">What it is.</param>
/// <param name="Open">Opens it to read.</param>
internal sealed record WalkedFile(string Path, FileFacts Facts, Func<FileStream> Open)
{
    /// <summary>The part of its name from the last dot on.</summary>
    public string Extension => System.IO.Path.GetExtension(Path);

    /// <summary>Whether it may hold text: it is a regular file.</summary>
    public bool IsFile => Facts.IsFile;
}
