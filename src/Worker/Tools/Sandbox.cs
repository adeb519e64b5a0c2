using System.Diagnostics;

namespace Koda.Worker.Tools;

/// <summary>
/// How commands are confined: in a <c>bwrap</c> sandbox without network, or, where that does not work, only by a clean environment.
/// </summary>
internal sealed class Sandbox
{
    /// <summary>The home directory inside: empty, and gone with the command.</summary>
    public const string Home = "/tmp/home";

    private static readonly TimeSpan TrialTimeout = TimeSpan.FromSeconds(5);

    private static readonly string[] SystemPaths =
    [
        "/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/opt", "/nix",
        "/etc/alternatives", "/etc/ca-certificates", "/etc/group", "/etc/hosts", "/etc/ld.so.cache", "/etc/ld.so.conf", "/etc/ld.so.conf.d",
        "/etc/localtime", "/etc/nsswitch.conf", "/etc/passwd", "/etc/ssl",
    ];

    private readonly string? _bwrap;
    private readonly IReadOnlyList<string> _readable;
    private IReadOnlyList<string> _covered = [];

    private Sandbox(string? bwrap, IReadOnlyList<string> readable, string? missing) =>
        (_bwrap, _readable, Missing) = (bwrap, readable, missing);

    /// <summary>Why commands run without a sandbox. Null: they run in one.</summary>
    public string? Missing { get; }

    /// <summary>No sandbox, by choice.</summary>
    public static Sandbox Off(string why) => new(null, [], why);

    /// <summary>Finds out by a trial whether a sandbox works here.</summary>
    /// <param name="readable">Further directories that commands can read.</param>
    public static async Task<Sandbox> DetectAsync(IReadOnlyList<string> readable)
    {
        if (Executables.Find("bwrap") is not { } bwrap)
            return Off("bwrap is not installed.");
        var programs = Executables.Path.Where(directory => directory.Length > 0 && Toolchains.IsPublic(directory));
        var sandbox = new Sandbox(bwrap, [.. readable, .. programs, .. Toolchains.Readable], null);
        var trial = new ProcessStartInfo(bwrap) { RedirectStandardError = true, RedirectStandardOutput = true };
        foreach (var argument in sandbox.Arguments("/tmp", writable: false, [], []).Append("true"))
            trial.ArgumentList.Add(argument);
        using var process = await LastingThread.StartAsync(trial);
        if (process is null)
            return Off("bwrap does not start.");
        using var patience = new CancellationTokenSource(TrialTimeout);
        try
        {
            var problem = await process.StandardError.ReadToEndAsync(patience.Token);
            await process.WaitForExitAsync(patience.Token);
            return process.ExitCode == 0 ? sandbox : Off($"bwrap does not work here: {problem.Trim()}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            return Off("bwrap hangs here.");
        }
    }

    /// <summary>The same sandbox, in which what lies at some paths is not there, unless it was allowed for a command by name.</summary>
    /// <param name="covered">Absolute paths of files and directories, which need not exist.</param>
    public Sandbox Covering(IReadOnlyList<string> covered) => new(_bwrap, _readable, Missing) { _covered = [.. _covered, .. covered] };

    /// <summary>The command line that runs <paramref name="command"/> confined to a workspace.</summary>
    /// <param name="workspace">The real path of the workspace.</param>
    /// <param name="writable">Whether the command may change it.</param>
    /// <param name="command">The program and its arguments.</param>
    /// <param name="outside">Paths outside of the workspace that the command may reach.</param>
    /// <param name="more">What else is shown.</param>
    public IReadOnlyList<string> Wrap(
        string workspace, bool writable, IReadOnlyList<string> command, IReadOnlyList<OutsidePath> outside, params IEnumerable<Mount> more) =>
        _bwrap is null ? command : [_bwrap, .. Arguments(workspace, writable, outside, [.. more]), .. command];

    /// <summary>Whether a real path outside of the workspace is the sandbox's own, so that what happens there touches nothing of the machine.</summary>
    public bool Hides(string real)
    {
        if (_bwrap is null)
            return false;
        var folder = Path.GetDirectoryName(real) ?? "/";
        return Own.Any(own => RealPaths.IsWithin(real, own)) || (!Path.Exists(real) && (folder is "/" or "/tmp" || !Directory.Exists(folder)));
    }

    private static readonly string[] Own = ["/proc", "/dev", Home];

    // As root a command could take the mounts away again. What is left of root's rights is what it needs for files of other users.
    private static readonly string[] Rights = Environment.UserName == "root"
        ? ["--cap-drop", "ALL", "--cap-add", "CAP_DAC_OVERRIDE", "--cap-add", "CAP_FOWNER", "--cap-add", "CAP_CHOWN", "--cap-add", "CAP_FSETID"]
        : ["--cap-drop", "ALL"];

    private IEnumerable<string> Arguments(string workspace, bool writable, IReadOnlyList<OutsidePath> outside, IReadOnlyList<Mount> more)
    {
        var written = Changed(workspace, writable, outside).ToList();
        var guarded = GuardedPaths.Mounts(written, outside).ToList();
        Mount[] granted = [.. outside.SelectMany(Shown), .. more];
        Mount[] shown =
        [
            .. SystemPaths.Concat(_readable).Select(path => new Mount(path, MountKind.Readable)), .. granted,
            .. LinkedRepository.Of(workspace)?.Mounts(writable) ?? [], new Mount(workspace, writable ? MountKind.Writable : MountKind.Readable),
        ];
        var covered = Covered(shown, outside).ToList();
        var held = covered.SelectMany(cover => written.Where(root => RealPaths.IsWithin(cover.Path, root)).SelectMany(root => Mount.Holding(cover.Path, root)));
        Mount[] closed = [.. guarded.Where(mount => mount.Kind == MountKind.Readable), .. covered];
        // What can be changed anyhow is left without a mount, which could not be replaced by another file.
        var open = granted.Where(mount => written.Any(root => root != mount.Path && RealPaths.IsWithin(mount.Path, root)) && !closed.Any(path => RealPaths.IsWithin(mount.Path, path.Path)));
        return
        [
            "--die-with-parent", "--unshare-all", "--new-session", .. Rights, "--tmpfs", "/tmp", "--proc", "/proc", "--dev", "/dev", "--dir", Home,
            .. Mount.Arguments([.. held, .. guarded, .. shown.Except(open), .. covered]), "--chdir", workspace, "--",
        ];
    }

    private static IEnumerable<Mount> Shown(OutsidePath outside)
    {
        if (outside.Path != "/" && !Own.Any(own => RealPaths.IsWithin(outside.Path, own)))
            yield return new Mount(outside.Path, outside.Writable ? MountKind.Writable : MountKind.Readable);
    }

    private IEnumerable<Mount> Covered(IReadOnlyList<Mount> shown, IReadOnlyList<OutsidePath> outside) => _covered.Select(RealPaths.Resolve)
        .Where(path => Path.Exists(path) && shown.Any(mount => RealPaths.IsWithin(path, mount.Path)) && !outside.Any(granted => granted.Path == path))
        .Select(path => new Mount(path, MountKind.Cover));

    private static IEnumerable<string> Changed(string workspace, bool writable, IReadOnlyList<OutsidePath> outside) =>
        outside.Where(path => path.Writable && !RealPaths.IsWithin(path.Path, workspace) && Directory.Exists(path.Path)).Select(path => path.Path)
            .Concat(writable ? [workspace] : []);
}
