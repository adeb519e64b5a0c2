using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>The only writer of <c>agents</c> and <c>agent_versions</c>.</summary>
internal static class AgentStore
{
    private const string FindPublishedSql = """
        select a.id, a.state, coalesce(a.published_version, 0) as version, coalesce(v.definition, '{}') as definition
        from agents a
        left join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where a.id = @id
        """;

    public static async Task<PublishedAgent?> FindPublished(NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<PublishedRow>(new CommandDefinition(FindPublishedSql, new { id }, cancellationToken: cancellationToken));
        return row is null ? null : new PublishedAgent(row.Id, EnumText<AgentState>.Parse(row.State), row.Version, EngineJson.Read<AgentDefinition>(row.Definition));
    }

    private const string ReadDefinitionSql = "select definition from agent_versions where agent_id = @id and version = @version";

    public static async Task<AgentDefinition> ReadDefinition(NpgsqlConnection connection, string id, int version, CancellationToken cancellationToken) =>
        EngineJson.Read<AgentDefinition>(await connection.QuerySingleAsync<string>(
            new CommandDefinition(ReadDefinitionSql, new { id, version }, cancellationToken: cancellationToken)));

    // The row lock makes two writers of one agent take turns, so that versions are given out one by one.
    private const string LockSql = """
        with created as (
            insert into agents (id, state) values (@id, 'draft')
            on conflict (id) do update set updated_at = agents.updated_at
            returning id, published_version
        )
        select created.published_version as version, v.digest, v.published_at as PublishedAt
        from created
        left join agent_versions v on v.agent_id = created.id and v.version = created.published_version
        """;

    /// <summary>Locks the agent, creating it as a draft when there is none, and tells what is published of it.</summary>
    public static Task<PublishedVersion> Lock(Transaction transaction, string id, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleAsync<PublishedVersion>(new CommandDefinition(LockSql, new { id }, cancellationToken: cancellationToken));

    private const string PublishSql = """
        with version as (
            insert into agent_versions (agent_id, version, definition, digest)
            select @id, coalesce(max(version), 0) + 1, @definition, @digest
            from agent_versions
            where agent_id = @id
            returning version, published_at
        ), agent as (
            update agents
            set state = case when state = 'draft' then 'active' else state end,
                published_version = version.version,
                max_concurrent = @maxConcurrent,
                updated_at = now()
            from version
            where id = @id
        )
        select version, @digest as digest, published_at as PublishedAt from version
        """;

    /// <summary>Publishes a definition as the next version of a locked agent.</summary>
    public static Task<PublishedVersion> Publish(
        Transaction transaction, string id, string definition, byte[] digest, int maxConcurrent, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleAsync<PublishedVersion>(
            new CommandDefinition(PublishSql, new { id, definition, digest, maxConcurrent }, cancellationToken: cancellationToken));

    private const string ListSql = """
        select a.id, a.state, coalesce(v.definition, '{}') as definition, a.published_version as PublishedVersion, v.published_at as PublishedAt,
            (select count(*) from tasks t where t.state = 'queued' and t.agent_id = a.id) as QueuedTasks,
            (select count(*) from tasks t where t.state = 'running' and t.agent_id = a.id) as RunningTasks,
            a.created_at as CreatedAt, a.updated_at as UpdatedAt
        from agents a
        left join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where (@id = '' or a.id = @id) and (@state = '' or a.state = @state) and a.id > @after
        order by a.id
        limit @limit
        """;

    /// <summary>Agents by id, after the one named.</summary>
    public static async Task<List<AgentRecord>> List(
        NpgsqlConnection connection, string id, string state, string after, int limit, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<AgentRow>(
            new CommandDefinition(ListSql, new { id, state, after, limit }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToRecord())];
    }

    internal sealed class PublishedVersion
    {
        public int? Version { get; init; }
        public byte[]? Digest { get; init; }
        public DateTime? PublishedAt { get; init; }
    }

    private sealed class PublishedRow
    {
        public required string Id { get; init; }
        public required string State { get; init; }
        public required int Version { get; init; }
        public required string Definition { get; init; }
    }

    private sealed class AgentRow
    {
        public required string Id { get; init; }
        public required string State { get; init; }
        public required string Definition { get; init; }
        public int? PublishedVersion { get; init; }
        public DateTime? PublishedAt { get; init; }
        public long QueuedTasks { get; init; }
        public long RunningTasks { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateTime UpdatedAt { get; init; }

        public AgentRecord ToRecord() => new(
            Id, EnumText<AgentState>.Parse(State), EngineJson.Read<AgentDefinition>(Definition), PublishedVersion, PublishedAt, QueuedTasks, RunningTasks, CreatedAt, UpdatedAt);
    }
}
