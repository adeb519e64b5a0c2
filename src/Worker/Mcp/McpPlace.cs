using Koda.Worker.Tools;

namespace Koda.Worker.Mcp;

/// <summary>Whose a server of tools is, and what its program sees in a sandbox.</summary>
/// <param name="IsOwn">Whether the worker's owner names it, and not a project.</param>
/// <param name="Workspace">The real path of the workspace that it works in. Null: it names none, and so runs once for all.</param>
/// <param name="StartsIn">The directory that its entry says that it works in. Null: it says nothing.</param>
internal sealed record McpPlace(bool IsOwn, string? Workspace, string? StartsIn)
{
    private static readonly string s_home = Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>
    /// The workspace, or a directory of its own, to be changed. What its owner's entry names by absolute paths, with the directories that
    /// hold such programs and scripts, is read; what it lists to be written is written. A project's entry opens nothing but its workspace.
    /// </summary>
    /// <param name="options">The entry, without placeholders.</param>
    /// <param name="own">A directory of its own.</param>
    public Reach Reach(McpServerOptions options, string own)
    {
        var named = IsOwn
            ? new[] { options.Command! }
                .Concat(options.Args ?? [])
                .Concat(options.Read ?? [])
                .Where(IsThere)
                .Select(RealPaths.Resolve)
                .ToList()
            : [];
        var written = IsOwn ? (options.Write ?? []).Where(IsThere).Select(RealPaths.Resolve).ToList() : [];
        // What is shown beside what is named stays covered where it is kept from agents: these are no grants.
        var beside = named
            .Where(File.Exists)
            .Select(file => Path.GetDirectoryName(file)!)
            .Concat(IsOwn && StartsIn is not null && IsThere(StartsIn) ? [RealPaths.Resolve(StartsIn)] : [])
            .Where(directory => !RealPaths.IsWithin(s_home, directory))
            .ToList();
        var place = Workspace ?? own;
        return new Reach(place, Writable: true)
        {
            Outside =
            [
                .. named.Where(path => !RealPaths.IsWithin(path, place)).Select(path => new OutsidePath(path, Writable: false)),
                .. written.Select(path => new OutsidePath(path, Writable: true)),
            ],
            More = [.. beside.Where(path => !RealPaths.IsWithin(path, place)).Select(path => new Mount(path, MountKind.Readable))],
            // On loopback the server takes programs of its user for him.
            Network = IsOwn && options.Network,
            StartIn =
                StartsIn is not null && (RealPaths.IsWithin(StartsIn, place) || beside.Contains(RealPaths.Resolve(StartsIn)))
                    ? StartsIn
                    : null,
        };
    }

    private static bool IsThere(string path) => Path.IsPathRooted(path) && Path.Exists(path);
}
