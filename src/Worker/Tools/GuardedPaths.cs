namespace Koda.Worker.Tools;

/// <summary>
/// What lies in a workspace and is run or trusted later, outside of any sandbox: hooks and configuration of its git repositories, and the
/// project's own rules in <c>.koda</c>. To change them counts as leaving the workspace.
/// </summary>
internal static class GuardedPaths
{
    private const string Rules = ".koda";
    private const string Repository = ".git";

    /// <summary>How far below the workspace repositories are looked for, and in how many directories.</summary>
    private const int MaxDepth = 3;
    private const int MaxDirectories = 2000;

    // Each of them makes git run a program, or makes it look for such settings elsewhere.
    private static readonly string[] Settings = ["config", "config.worktree", "hooks", "commondir", "gitdir"];

    private static readonly HashSet<string> Skipped = [Repository, Rules, "node_modules"];

    /// <summary>Whether a real path is one of them, or a part of a repository's own files.</summary>
    public static bool Holds(Workspace workspace, string real)
    {
        if (!workspace.Holds(real))
            return false;
        var parts = workspace.Shown(real).Split('/');
        return parts[0] == Rules || parts.Contains(Repository);
    }

    /// <summary>What keeps them in a sandbox as they are.</summary>
    /// <param name="roots">The real paths of the directories that may be written to.</param>
    /// <param name="allowed">What may be changed all the same, where it is one of them.</param>
    public static IEnumerable<Mount> Mounts(IEnumerable<string> roots, IReadOnlyList<OutsidePath> allowed)
    {
        var open = allowed.Where(path => path.Writable && path.Path.Split('/').Any(part => part is Repository or Rules)).ToList();
        var closed = roots.SelectMany(root => Closed(root).Select(path => (Root: root, Path: path)))
            .Where(guarded => !open.Any(path => RealPaths.IsWithin(guarded.Path, path.Path))).ToList();
        return [.. closed.SelectMany(guarded => Mount.Holding(guarded.Path, guarded.Root)), .. closed.Select(guarded => new Mount(guarded.Path, MountKind.Readable))];
    }

    /// <summary>
    /// Takes away what could not be kept from being made, since only what is there can be: a file that sends git to settings elsewhere.
    /// A repository of its own never has it.
    /// </summary>
    public static void Tidy(string root)
    {
        foreach (var directory in Repositories(root).Where(Directory.Exists).SelectMany(Own))
            File.Delete($"{directory}/commondir");
    }

    private static IEnumerable<string> Closed(string root)
    {
        if (Directory.Exists($"{root}/{Rules}") && IsPlain($"{root}/{Rules}"))
            yield return $"{root}/{Rules}";
        foreach (var repository in Repositories(root))
        {
            if (File.Exists(repository))
            {
                yield return repository;
                continue;
            }
            foreach (var directory in Directories(repository))
            {
                var settings = Settings.Select(name => $"{directory}/{name}").Where(Path.Exists).ToList();
                // Links in the place of settings could be replaced, whatever becomes of what they lead to.
                foreach (var path in settings.All(IsPlain) ? settings : [directory])
                    yield return path;
            }
        }
    }

    /// <summary>What makes a repository of the workspace or of a directory in it: a directory, or a file that says where it is.</summary>
    private static List<string> Repositories(string root)
    {
        var found = new List<string>();
        var next = new Queue<(string Directory, int Depth)>([(root, 0)]);
        for (var seen = 0; seen < MaxDirectories && next.TryDequeue(out var at); seen++)
        {
            if (Path.Exists($"{at.Directory}/{Repository}") && IsPlain($"{at.Directory}/{Repository}"))
                found.Add($"{at.Directory}/{Repository}");
            if (at.Depth == MaxDepth)
                continue;
            foreach (var below in Below(at.Directory).Where(below => !Skipped.Contains(Path.GetFileName(below))))
                next.Enqueue((below, at.Depth + 1));
        }
        return found;
    }

    // The repository itself and those of its submodules, with what they keep for further work trees.
    private static IEnumerable<string> Directories(string repository) =>
        Own(repository).SelectMany(own => Below($"{own}/worktrees").Prepend(own));

    private static IEnumerable<string> Own(string repository) => [repository, .. Modules($"{repository}/modules")];

    private static IEnumerable<string> Modules(string directory) =>
        Below(directory).SelectMany(module => File.Exists($"{module}/HEAD") ? Own(module) : Modules(module));

    private static IEnumerable<string> Below(string directory) => Directory.Exists(directory)
        ? Directory.EnumerateDirectories(directory, "*", new EnumerationOptions { AttributesToSkip = FileAttributes.ReparsePoint, IgnoreInaccessible = true })
        : [];

    private static bool IsPlain(string path) => new FileInfo(path).LinkTarget is null;
}
