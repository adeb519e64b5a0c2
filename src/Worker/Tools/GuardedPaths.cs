namespace Koda.Worker.Tools;

/// <summary>
/// What lies in a workspace and is run or trusted later, outside of any sandbox: hooks and configuration of its git repositories, and the
/// project's own rules in <c>.koda</c>. To change them counts as leaving the workspace. A command in a sandbox cannot change them, nor make
/// them where they are not there yet.
/// </summary>
internal sealed class GuardedPaths : IDisposable
{
    private const string Rules = ".koda";
    private const string WorkTrees = "worktrees";

    // A repository that shares with itself is what it was: without this file, but nobody can make another.
    private const string SharesWithItself = ".\n";

    // Each of them makes git run a program, or makes it look for such settings elsewhere. What stands for those that are not there changes
    // nothing.
    private static readonly (string Name, string? Text)[] s_settings =
    [
        ("config", ""),
        ("config.worktree", ""),
        ("hooks", null),
        ("commondir", SharesWithItself),
    ];
    private static readonly (string Name, string? Text)[] s_settingsOfWorkTree = [("config.worktree", "")];
    private static readonly string[] s_told = ["commondir", "gitdir"];

    private readonly List<Placeholder> _placeholders = [];
    private readonly List<Mount> _mounts = [];
    private readonly IReadOnlyList<OutsidePath> _open;
    private readonly CommandUser? _user;

    private GuardedPaths(IReadOnlyList<OutsidePath> open, CommandUser? user) => (_open, _user) = (open, user);

    /// <summary>What keeps them in a sandbox as they are.</summary>
    public IReadOnlyList<Mount> Mounts => _mounts;

    /// <summary>Whether a real path is one of them, or a part of a repository's own files.</summary>
    public static bool Holds(Workspace workspace, string real)
    {
        if (!workspace.Holds(real))
            return false;
        var parts = workspace.Shown(real).Split('/');
        return parts[0] == Rules || parts.Contains(Repositories.Name);
    }

    /// <summary>Keeps them as they are for a command, until this is disposed of.</summary>
    /// <param name="reach">What the command can reach, also of them.</param>
    /// <param name="user">Who runs it. Null: the worker's own user.</param>
    public static GuardedPaths Hold(Reach reach, CommandUser? user)
    {
        var open = reach
            .Outside.Where(path => path.Writable && path.Path.Split('/').Any(part => part is Repositories.Name or Rules))
            .ToList();
        var guarded = new GuardedPaths(open, user);
        try
        {
            foreach (var root in reach.Written)
                guarded.HoldIn(root, isWorkspace: root == reach.Workspace);
            if (reach.Writable && LinkedRepository.Of(reach.Workspace) is { } linked)
                guarded.HoldSettings(linked.WorkTree, linked.WorkTree, s_settingsOfWorkTree);
            return guarded;
        }
        catch
        {
            guarded.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        foreach (var placeholder in _placeholders)
            placeholder.Dispose();
        _placeholders.Clear();
    }

    private void HoldIn(string root, bool isWorkspace)
    {
        if (IsPlain($"{root}/{Rules}") && (isWorkspace || Directory.Exists($"{root}/{Rules}")))
            HoldSettings(root, root, [(Rules, null)]);
        foreach (var repository in Repositories.Below(root).Distinct().Where(IsPlain))
        {
            if (File.Exists(repository))
                Close(root, repository);
            else
                HoldRepository(root, repository);
        }
    }

    private void HoldRepository(string root, string repository)
    {
        foreach (var directory in Repositories.SettingsOf(repository))
        {
            var settings = Path.GetFileName(Path.GetDirectoryName(directory)) == WorkTrees ? s_settingsOfWorkTree : s_settings;
            var told = s_told.Select(name => $"{directory}/{name}").ToList();
            // Links in the place of settings could be replaced, whatever becomes of what they lead to.
            if (!settings.Select(setting => $"{directory}/{setting.Name}").Concat(told).All(IsPlain))
            {
                Close(root, directory);
                continue;
            }
            HoldSettings(root, directory, settings);
            foreach (var path in told.Where(File.Exists))
                Close(root, path);
        }
    }

    private void HoldSettings(string root, string directory, IEnumerable<(string Name, string? Text)> settings)
    {
        foreach (
            var (path, text) in settings
                .Select(setting => ($"{directory}/{setting.Name}", setting.Text))
                .Where(setting => !IsOpen(setting.Item1)))
        {
            if ((!Path.Exists(path) || Placeholder.IsOne(path, text)) && Placeholder.Hold(path, text, _user) is { } placeholder)
                _placeholders.Add(placeholder);
            if (Path.Exists(path))
                Close(root, path);
        }
    }

    // A mount cannot be moved away, so that nothing else is put in the place of what lies below it.
    private void Close(string root, string path)
    {
        if (IsOpen(path))
            return;
        _mounts.AddRange(Mount.Holding(path, root));
        _mounts.Add(new Mount(path, MountKind.Readable));
    }

    private bool IsOpen(string path) => _open.Any(open => RealPaths.IsWithin(path, open.Path));

    private static bool IsPlain(string path) => new FileInfo(path).LinkTarget is null;
}
