namespace Koda.Worker.Tools;

/// <summary>What a command in a sandbox can reach.</summary>
/// <param name="Workspace">The real path of the workspace.</param>
/// <param name="Writable">Whether it may change the workspace.</param>
internal sealed record Reach(string Workspace, bool Writable)
{
    /// <summary>Paths outside of the workspace.</summary>
    public IReadOnlyList<OutsidePath> Outside { get; init; } = [];

    /// <summary>What else is shown.</summary>
    public IReadOnlyList<Mount> More { get; init; } = [];

    /// <summary>What keeps things in it from being changed.</summary>
    public IReadOnlyList<Mount> Guards { get; init; } = [];

    /// <summary>Whether it reaches the machine's network.</summary>
    public bool Network { get; init; }

    /// <summary>Where it starts. Null: in the workspace.</summary>
    public string? StartIn { get; init; }

    /// <summary>How the workspace is shown.</summary>
    public Mount Mount => new(Workspace, Writable ? MountKind.Writable : MountKind.Readable);

    /// <summary>The directories in which it may change something.</summary>
    public IEnumerable<string> Written =>
        Outside
            .Where(path => path.Writable && !RealPaths.IsWithin(path.Path, Workspace) && Directory.Exists(path.Path))
            .Select(path => path.Path)
            .Concat(Writable ? [Workspace] : []);
}
