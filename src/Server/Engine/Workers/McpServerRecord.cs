namespace Koda.Server.Engine.Workers;

/// <summary>A server of tools as a worker told of it, or as several did.</summary>
internal sealed record McpServerRecord(string Name, bool Enabled, bool Active, int Tools)
{
    /// <summary>The servers of all workers by name: those of one name count as one.</summary>
    public static IReadOnlyList<McpServerRecord> Merge(IEnumerable<WorkerMcp> workers) =>
        [
            .. workers
                .SelectMany(worker => worker.Servers)
                .GroupBy(server => server.Name, StringComparer.Ordinal)
                .OrderBy(same => same.Key, StringComparer.Ordinal)
                .Select(same => new McpServerRecord(
                    same.Key,
                    same.Any(server => server.Enabled),
                    same.Any(server => server.Active),
                    same.Max(server => server.Tools))),
        ];
}

/// <summary>What a connected worker told last.</summary>
/// <param name="Servers">Its own servers; those of projects are not among them.</param>
/// <param name="Refresh">The number of the refresh that this answers. 0: none.</param>
internal sealed record WorkerMcp(IReadOnlyList<McpServerRecord> Servers, long Refresh);
