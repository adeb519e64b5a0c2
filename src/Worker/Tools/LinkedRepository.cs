namespace Koda.Worker.Tools;

/// <summary>
/// The repository of a workspace that is a further work tree of it, and so lies elsewhere. It is the workspace's own when it points back,
/// which nothing in the workspace can bring about.
/// </summary>
/// <param name="WorkTree">What it keeps for this work tree.</param>
/// <param name="Common">What all of its work trees share.</param>
internal sealed record LinkedRepository(string WorkTree, string Common)
{
    private const int MaxLength = 8192;

    // What a commit needs to write. Settings, hooks and other work trees are read at most.
    private static readonly string[] s_written = ["objects", "refs", "logs"];
    private static readonly string[] s_readOnly = ["HEAD", "config", "packed-refs", "info", "hooks", "shallow"];
    private static readonly string[] s_ownSettings = ["commondir", "gitdir", "config.worktree"];

    /// <summary>Null: the workspace has its repository in itself, or none.</summary>
    public static LinkedRepository? Of(string workspace)
    {
        if (Line($"{workspace}/.git", "gitdir: ") is not { } pointed)
            return null;
        var own = RealPaths.Resolve(Path.Combine(workspace, pointed));
        if (Line($"{own}/gitdir", "") != $"{workspace}/.git" || Line($"{own}/commondir", "") is not { } shared)
            return null;
        var common = RealPaths.Resolve(Path.Combine(own, shared));
        return Path.GetDirectoryName(own) == $"{common}/worktrees" ? new LinkedRepository(own, common) : null;
    }

    /// <summary>What a sandbox shows of it, so that git can work in it.</summary>
    public IEnumerable<Mount> Mounts(bool writable)
    {
        string[] written = [.. s_written.Select(name => $"{Common}/{name}"), WorkTree];
        string[] read = [.. s_readOnly.Select(name => $"{Common}/{name}"), .. s_ownSettings.Select(name => $"{WorkTree}/{name}")];
        return
        [
            .. written.Select(path => new Mount(path, writable ? MountKind.Writable : MountKind.Readable)),
            .. read.Select(path => new Mount(path, MountKind.Readable)),
        ];
    }

    private static string? Line(string path, string start)
    {
        var file = new FileInfo(path);
        if (file is not { Exists: true, LinkTarget: null, Length: < MaxLength }
            || File.ReadAllText(path) is not { } text
            || !text.StartsWith(start, StringComparison.Ordinal))
            return null;
        return text[start.Length..].Trim();
    }
}
