using System.Diagnostics;

namespace Koda.Worker.Tools;

/// <summary>
/// How commands are confined: in a <c>bwrap</c> sandbox without network, or, where that does not work, only by a clean environment. No
/// command in a sandbox has rights beyond those of its user. A worker that is root runs them as the owner of the workspace, or in a
/// namespace in which root has none.
/// </summary>
internal sealed class Sandbox
{
    /// <summary>The home directory inside: empty but for caches, and gone with the command.</summary>
    public const string Home = "/tmp/home";

    private static readonly TimeSpan s_trialTimeout = TimeSpan.FromSeconds(5);

    private static readonly string[] s_own = ["/proc", "/dev", Home];

    // Some kernels and versions of bwrap cannot keep commands from making namespaces of their own; the filter of calls does.
    private static readonly string[][] s_namespaces = [["--unshare-user", "--disable-userns"], ["--unshare-user"]];

    private static readonly string[] s_noNetwork = ["--unshare-net"];

    // They end when another user is taken on.
    private static readonly string[] s_rightsToBecome = ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"];

    private readonly string? _bwrap;
    private readonly IReadOnlyList<Mount> _readable;
    private readonly IReadOnlyList<string> _namespaces;
    private IReadOnlyList<string> _covered = [];

    private Sandbox(string? bwrap, IReadOnlyList<string> namespaces, IReadOnlyList<Mount> readable, string? missing) =>
        (_bwrap, _namespaces, _readable, Missing) = (bwrap, namespaces, readable, missing);

    /// <summary>Why commands run without a sandbox. Null: they run in one.</summary>
    public string? Missing { get; }

    /// <summary>No sandbox, by choice.</summary>
    public static Sandbox Off(string why) => new(null, [], [], why);

    /// <summary>Finds out by a trial whether a sandbox works here.</summary>
    /// <param name="readable">Further directories that commands can read.</param>
    public static async Task<Sandbox> Detect(IReadOnlyList<string> readable)
    {
        if (Executables.Find("bwrap") is not { } bwrap)
            return Off("bwrap is not installed.");
        Mount[] shown = [.. SystemFiles.Mounts, .. readable.Select(path => new Mount(path, MountKind.Readable)), .. Toolchains.Mounts];
        string? problem = null;
        foreach (var namespaces in s_namespaces)
        {
            var sandbox = new Sandbox(bwrap, namespaces, shown, null);
            problem = await Problem(sandbox, user: null);
            if (problem is null)
                return CommandUser.IsRoot && await Problem(sandbox, CommandUser.Nobody) is { } other
                    ? Off($"Commands cannot be run as a workspace's owner: {other}")
                    : sandbox;
        }
        return Off($"bwrap does not work here: {problem}{KernelSettings.Forbidding}");
    }

    /// <summary>The same sandbox, in which what lies at some paths is not there, unless it was allowed for a command by name.</summary>
    /// <param name="covered">Absolute paths of files and directories, which need not exist.</param>
    public Sandbox Covering(IReadOnlyList<string> covered) =>
        new(_bwrap, _namespaces, _readable, Missing) { _covered = [.. _covered, .. covered] };

    /// <summary>Confines a command, until the answer is disposed of.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="reach">What it can reach.</param>
    public ConfinedCommand Confine(IReadOnlyList<string> command, Reach reach) => new(this, command, reach);

    /// <summary>The command line that runs <paramref name="command"/> confined; where there is no sandbox, the command itself.</summary>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="reach">What it can reach.</param>
    /// <param name="user">Who runs it. Null: the worker's own user.</param>
    public IReadOnlyList<string> Wrap(IReadOnlyList<string> command, Reach reach, CommandUser? user) =>
        _bwrap is null
            ? command
            : SystemFiles.Opening(
                user ?? CommandUser.Own,
                [
                    _bwrap,
                    "--die-with-parent",
                    "--new-session",
                    "--unshare-ipc",
                    "--unshare-pid",
                    "--unshare-uts",
                    "--unshare-cgroup-try",
                    .. reach.Network ? [] : s_noNetwork,
                    .. user is null ? _namespaces : [],
                    "--cap-drop",
                    "ALL",
                    .. user is null ? [] : s_rightsToBecome,
                    .. Arguments(reach),
                    // Without setpriv nobody else can be become: then the trial has said so.
                    .. user is null ? command : user.Running(Executables.Find("setpriv") ?? "setpriv", command),
                ]);

    /// <summary>
    /// Whether a real path outside of the workspace is the sandbox's own, so that what happens there touches nothing of the machine.
    /// </summary>
    public bool Hides(string real)
    {
        if (_bwrap is null)
            return false;
        var folder = Path.GetDirectoryName(real) ?? "/";
        return s_own.Any(own => RealPaths.IsWithin(real, own))
            || (!Path.Exists(real) && (folder is "/" or "/tmp" || !Directory.Exists(folder)));
    }

    private static async Task<string?> Problem(Sandbox sandbox, CommandUser? user)
    {
        var line = sandbox.Wrap(["true"], new Reach("/tmp", Writable: false), user);
        using var process = await LastingThread.Start(
            new ProcessStartInfo(line[0], line.Skip(1)) { RedirectStandardError = true, RedirectStandardOutput = true });
        if (process is null)
            return "it does not start.";
        using var patience = new CancellationTokenSource(s_trialTimeout);
        try
        {
            var problem = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0 ? null : problem.Trim();
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return "it hangs.";
        }
    }

    private IEnumerable<string> Arguments(Reach reach)
    {
        var written = reach.Written.ToList();
        Mount[] granted = [.. reach.Outside.Where(IsOfMachine).Select(path => path.Mount), .. reach.More];
        Mount[] shown =
        [
            .. _readable,
            .. reach.Network ? SystemFiles.OfNetwork : [],
            .. granted,
            .. LinkedRepository.Of(reach.Workspace)?.Mounts(reach.Writable) ?? [],
            reach.Mount,
        ];
        var covered = Covered(shown, reach.Outside).ToList();
        var held = covered.SelectMany(cover =>
            written.Where(root => RealPaths.IsWithin(cover.Path, root)).SelectMany(root => Mount.Holding(cover.Path, root)));
        Mount[] closed = [.. reach.Guards.Where(mount => mount.Kind == MountKind.Readable), .. covered];
        // What can be changed anyhow is left without a mount, which could not be replaced by another file.
        var open = granted.Where(mount =>
            written.Any(root => root != mount.Path && RealPaths.IsWithin(mount.Path, root))
            && !closed.Any(path => RealPaths.IsWithin(mount.Path, path.Path)));
        return
        [
            "--perms",
            "1777",
            "--tmpfs",
            "/tmp",
            "--proc",
            "/proc",
            "--dev",
            "/dev",
            "--perms",
            "1777",
            "--tmpfs",
            "/dev/shm",
            "--perms",
            "1777",
            "--dir",
            Home,
            .. Mount.Parents(shown),
            .. Mount.Arguments([.. held, .. reach.Guards, .. shown.Except(open), .. covered]),
            .. SystemFiles.Arguments,
            "--chdir",
            reach.StartIn ?? reach.Workspace,
            "--",
        ];
    }

    private static bool IsOfMachine(OutsidePath outside) => outside.Path != "/" && !s_own.Any(own => RealPaths.IsWithin(outside.Path, own));

    private IEnumerable<Mount> Covered(IReadOnlyList<Mount> shown, IReadOnlyList<OutsidePath> outside) =>
        _covered
            .Select(RealPaths.Resolve)
            .Where(path =>
                Path.Exists(path)
                && shown.Any(mount => RealPaths.IsWithin(path, mount.Path))
                && !outside.Any(granted => granted.Path == path))
            .Select(path => new Mount(path, MountKind.Cover));
}
