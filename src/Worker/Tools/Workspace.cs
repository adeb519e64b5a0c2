using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>
/// The directory that an attempt works in, and the only way to its files. Paths are judged after resolving links. Files are then opened
/// one directory at a time without following any, so that a link put in the way after the check is not followed either.
/// </summary>
internal sealed class Workspace
{
    private static readonly string[] s_systemDirectories =
        ["/bin", "/boot", "/dev", "/etc", "/lib", "/lib64", "/proc", "/root/.ssh", "/run", "/sbin", "/sys", "/usr", "/var/lib", "/var/run"];

    // What lies there is the machine's and the worker's own, also of its environment.
    private static readonly string[] s_never = ["/proc", "/sys", "/dev"];

    private readonly IReadOnlyList<OutsidePath> _reach;
    private readonly Func<string, bool> _forbidden;

    private Workspace(string root, PrivatePaths hidden, IReadOnlyList<OutsidePath> reach, Func<string, bool> forbidden) =>
        (Root, Private, _reach, _forbidden) = (root, hidden, reach, forbidden);

    /// <summary>The real path of the directory.</summary>
    public string Root { get; }

    /// <summary>What is not for agents, or only when that is allowed, also where it lies in the workspace.</summary>
    public PrivatePaths Private { get; }

    /// <param name="path">The absolute path of the directory.</param>
    /// <param name="roots">The directories that it must lie in. Empty: anywhere.</param>
    /// <param name="hidden">What is not for agents. Null: what this machine usually has.</param>
    /// <exception cref="ToolException">The directory is not there or is not to be worked in.</exception>
    public static Workspace Open(string path, IReadOnlyList<string> roots, PrivatePaths? hidden = null)
    {
        hidden ??= PrivatePaths.OfMachine;
        if (!Path.IsPathRooted(path))
            throw new ToolException($"The workspace '{path}' is not an absolute path.");
        var root = RealPaths.Resolve(path);
        if (File.Exists(root))
            throw new ToolException($"The workspace '{path}' is not a directory.");
        if (!Directory.Exists(root))
            throw new ToolException($"The workspace '{path}' does not exist.");
        if (root == "/" || s_systemDirectories.Any(system => RealPaths.IsWithin(root, system)))
            throw new ToolException($"The workspace '{path}' is a system directory.");
        if (hidden.IsKoda(root))
            throw new ToolException($"The workspace '{path}' is Koda's data directory, or lies in it. No agent works there.");
        if (roots.Count > 0 && !roots.Any(allowed => RealPaths.IsWithin(root, RealPaths.Resolve(allowed))))
        {
            throw new ToolException(
                $"The workspace '{path}' is outside of the directories that this worker serves: {string.Join(", ", roots)}. Start it with --root for another."
            );
        }
        return new Workspace(root, hidden, [], _ => false);
    }

    /// <summary>The same workspace with paths outside of it that may be reached too.</summary>
    public Workspace Reaching(IReadOnlyList<OutsidePath> outside) =>
        outside.Count == 0 ? this : new Workspace(Root, Private, outside, _forbidden);

    /// <summary>The same workspace, in which some files are not opened to read, whatever asks for them.</summary>
    /// <param name="forbidden">Whether a file is one of them, by its path relative to the workspace.</param>
    public Workspace Forbidding(Func<string, bool> forbidden) => new(Root, Private, _reach, forbidden);

    /// <summary>Whether a real path is the workspace or lies in it.</summary>
    public bool Holds(string real) => RealPaths.IsWithin(real, Root);

    /// <summary>The real path of a file or directory, which may lie outside of the workspace.</summary>
    /// <exception cref="PathRefusedException">The path is not for an agent, whatever is allowed.</exception>
    public string Locate(string path)
    {
        var real = RealPaths.Resolve(Slashed(Path.IsPathRooted(path) ? path : $"{Root}/{path}"));
        if (s_never.Any(never => RealPaths.IsWithin(real, never)))
            throw new PathRefusedException(path, "it belongs to the machine.");
        return Private.IsKoda(real) ? throw new PathRefusedException(path, "what Koda keeps there is for no agent.") : real;
    }

    /// <summary>Whether searches show a real path: what is private they leave out, but for what was asked for.</summary>
    public bool Shows(string real) => Private.Show(real, _reach);

    /// <summary>What lies at or below a real path and is left out.</summary>
    public IReadOnlyList<string> HiddenBelow(string real) => Private.Below(real, _reach);

    /// <summary>The real path of a file or directory in the workspace, which need not exist.</summary>
    /// <exception cref="PathRefusedException">The path leads out of the workspace.</exception>
    public string Resolve(string path)
    {
        var real = Locate(path);
        if (Reaches(real, writes: false))
            return Shows(real) ? real : throw new PathRefusedException(path, "it may hold credentials, and nobody allowed to open it.");
        throw new PathRefusedException(path, RealPaths.IsWithin(Path.GetFullPath(Path.IsPathRooted(path) ? path : $"{Root}/{path}"), Root)
            ? "a link on the way leads out of the workspace."
            : "it lies outside of the workspace.");
    }

    /// <summary>How a real path is shown: relative to the workspace where it lies in it.</summary>
    public string Shown(string real) => real == Root ? "." : Holds(real) ? real[(Root.Length + 1)..] : real;

    /// <summary>Opens a regular file to read.</summary>
    /// <exception cref="ToolException">There is no such file.</exception>
    public FileStream OpenToRead(string path)
    {
        var real = Resolve(path);
        return Holds(real) && _forbidden(Shown(real))
            ? throw new PathRefusedException(path, "the agent's rules forbid to read it.")
            : Opened(path, real, create: false, NativeFiles.OpenToRead);
    }

    /// <summary>Opens a file to change, or makes it and the directories on the way.</summary>
    /// <param name="path">The path as the model gave it.</param>
    /// <exception cref="ToolException">The path is a directory, or is not for an agent to write.</exception>
    public FileStream OpenToWrite(string path)
    {
        var real = Resolve(path);
        if (!Reaches(real, writes: true))
            throw new PathRefusedException(path, "it lies outside of the workspace and may only be read.");
        if (Shown(real).Split('/').Contains(".git"))
            throw new PathRefusedException(path, "what git keeps about the repository is not written by tools.");
        return Opened(path, real, create: true, name =>
            File.Exists(name) ? NativeFiles.OpenToChange(name) : Made(real, NativeFiles.CreateNew(name)));
    }

    /// <summary>Opens a regular file of a directory that a walk came to.</summary>
    /// <param name="directory">The directory.</param>
    /// <param name="name">The file's name in it.</param>
    /// <param name="real">The real path, for what is said of it.</param>
    /// <exception cref="ToolException">There is no such file.</exception>
    public FileStream OpenToRead(SafeFileHandle directory, string name, string real) =>
        Guarded(Shown(real), () =>
            Checked(Shown(real), NativeFiles.OpenToRead($"{NativeFiles.Anchor(directory)}/{name}"), FileAccess.Read));

    /// <summary>Opens a directory without following a link.</summary>
    public SafeFileHandle OpenDirectory(string real) => OpenDirectory(real, create: false);

    private FileStream Opened(string path, string real, bool create, Func<string, SafeFileHandle> open)
    {
        if (Directory.Exists(real))
            throw new ToolException($"'{path}' is a directory.");
        return Guarded(path, () =>
        {
            using var parent = OpenDirectory(Path.GetDirectoryName(real)!, create);
            var handle = open($"{NativeFiles.Anchor(parent)}/{Path.GetFileName(real)}");
            if (Reaches(NativeFiles.RealPath(handle), writes: create))
                return Checked(path, handle, create ? FileAccess.ReadWrite : FileAccess.Read);
            handle.Dispose();
            throw new PathRefusedException(path, "it was moved out of the workspace while it was opened.");
        });
    }

    private FileStream Checked(string path, SafeFileHandle handle, FileAccess access)
    {
        if (FileFacts.Of(handle) is not { } facts || !Private.IsKoda(facts))
            return Regular(path, new FileStream(handle, access, bufferSize: 0));
        handle.Dispose();
        throw new PathRefusedException(path, "it is another name of what Koda keeps for itself.");
    }

    private static FileStream Guarded(string path, Func<FileStream> open)
    {
        try
        {
            return open();
        }
        catch (FileNotFoundException)
        {
            throw new ToolException($"'{path}' does not exist.");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ToolException($"'{path}' cannot be opened: {error.Message}");
        }
    }

    private bool Reaches(string real, bool writes) =>
        Holds(real) || _reach.Any(outside => (outside.Writable || !writes) && RealPaths.IsWithin(real, outside.Path));

    // Models write the separators of Windows: a file that has one in its name is meant all the same where it is there.
    private static string Slashed(string absolute)
    {
        if (!absolute.Contains('\\', StringComparison.Ordinal) || Path.Exists(absolute))
            return absolute;
        var slashed = absolute.Replace('\\', '/');
        return Path.Exists(slashed) || Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(slashed))) ? slashed : absolute;
    }

    private SafeFileHandle Made(string real, SafeFileHandle made)
    {
        if (Holds(real))
            CommandUser.Of(Root)?.Take(made);
        return made;
    }

    private SafeFileHandle OpenDirectory(string real, bool create)
    {
        var start = Holds(real) ? Root : "/";
        var directory = NativeFiles.OpenDirectory(start);
        foreach (var part in real[start.Length..].Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            using var parent = directory;
            var child = $"{NativeFiles.Anchor(parent)}/{part}";
            var isNew = create && !Path.Exists(child);
            if (isNew)
                Directory.CreateDirectory(child);
            directory = NativeFiles.OpenDirectory(child);
            if (isNew)
                Made(real, directory);
        }
        return directory;
    }

    private static FileStream Regular(string path, FileStream stream)
    {
        if (stream.CanSeek)
            return stream;
        stream.Dispose();
        throw new ToolException($"'{path}' is not a regular file.");
    }
}
