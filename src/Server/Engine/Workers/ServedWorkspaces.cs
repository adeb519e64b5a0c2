using Koda.Files;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>
/// Refuses work that no worker would ever take: some are connected, and none of those that were seen lately serves the directory. A machine
/// that is away for a day still counts, and with no worker connected everything is queued.
/// </summary>
internal sealed class ServedWorkspaces(Database database, TimeProvider clock) : IServedWorkspaces
{
    private static readonly TimeSpan s_fresh = TimeSpan.FromSeconds(2);

    private WorkerRoots? _known;
    private long _readAt;

    /// <exception cref="EngineException">WORKSPACE_NOT_SERVED.</exception>
    public async ValueTask Admit(string workspace, CancellationToken cancellationToken)
    {
        if (_known is { } known && clock.GetElapsedTime(_readAt) < s_fresh && known.Serve(workspace))
            return;
        // A worker may have come a moment ago.
        var now = await database.Read(WorkerStore.ListRoots, cancellationToken);
        (_known, _readAt) = (now, clock.GetTimestamp());
        if (now.Serve(workspace))
            return;
        var roots = string.Join(", ", now.All);
        throw new EngineException(
            ErrorReason.WorkspaceNotServed,
            $"No worker serves '{workspace}'. Those that are known serve: {roots}.",
            new Dictionary<string, string> { ["workspace"] = workspace, ["roots"] = roots });
    }
}

/// <summary>The directories that workers serve.</summary>
/// <param name="Connected">Whether a worker is connected.</param>
/// <param name="Workers">Of each worker that counts, its roots. None: it serves any directory.</param>
internal sealed record WorkerRoots(bool Connected, IReadOnlyList<string[]> Workers)
{
    public IEnumerable<string> All => Workers.SelectMany(roots => roots).Distinct().Order(StringComparer.Ordinal);

    /// <summary>Whether some worker may take work in a directory; as tasks are claimed, by its name.</summary>
    public bool Serve(string workspace) =>
        !Connected || Workers.Any(roots => roots.Length == 0 || roots.Any(root => RealPaths.IsWithin(workspace, root)));
}
