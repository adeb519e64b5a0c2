using Dapper;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>What was published of an agent. The versions of one that was deleted are its tasks' alone.</summary>
internal static partial class AgentStore
{
    private const string ListVersionsSql = """
        select version, v.published_at as PublishedAt, published_by as PublishedBy, summary
        from agent_versions v
        join agents a on a.id = v.agent_id
        where agent_id = @id and version < @before and v.published_at >= a.created_at
        order by version desc
        limit @limit
        """;

    /// <summary>Versions older than the one named, newest first.</summary>
    public static async Task<List<AgentVersion>> ListVersions(
        NpgsqlConnection connection, string id, int before, int limit, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<VersionRow>(
            new CommandDefinition(ListVersionsSql, new { id, before, limit }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => new AgentVersion(row.Version, row.PublishedAt, row.PublishedBy, row.Summary))];
    }

    private const string FindVersionSql = """
        select version, v.published_at as PublishedAt, published_by as PublishedBy, summary, definition
        from agent_versions v
        join agents a on a.id = v.agent_id
        where agent_id = @id and version = @version and v.published_at >= a.created_at
        """;

    /// <summary>A version with its definition; null when there is none.</summary>
    public static async Task<(AgentVersion Version, AgentDefinition Definition)?> FindVersion(
        NpgsqlConnection connection, string id, int version, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<VersionRow>(
            new CommandDefinition(FindVersionSql, new { id, version }, cancellationToken: cancellationToken));
        return row is null
            ? null
            : (
                new AgentVersion(row.Version, row.PublishedAt, row.PublishedBy, row.Summary),
                EngineJson.Read<AgentDefinition>(row.Definition));
    }

    private sealed class VersionRow
    {
        public string Definition { get; init; } = "";
        public int Version { get; init; }
        public DateTime PublishedAt { get; init; }
        public required string PublishedBy { get; init; }
        public required string Summary { get; init; }
    }
}
