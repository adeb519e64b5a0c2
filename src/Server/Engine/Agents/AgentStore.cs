using System.Security.Cryptography;
using System.Text;
using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>The only writer of <c>agents</c> and <c>agent_versions</c>.</summary>
internal static partial class AgentStore
{
    private const string FindPublishedSql = """
        select a.id, a.state, coalesce(a.published_version, 0) as version, coalesce(v.definition, '{}') as definition
        from agents a
        left join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where lower(a.id collate "C") = @key and a.state <> 'deleted'
        """;

    public static async Task<PublishedAgent?> FindPublished(NpgsqlConnection connection, string id, CancellationToken cancellationToken)
    {
        var row = await connection.QuerySingleOrDefaultAsync<PublishedRow>(
            new CommandDefinition(FindPublishedSql, new { key = AgentIds.Key(id) }, cancellationToken: cancellationToken));
        return row is null
            ? null
            : new PublishedAgent(
                row.Id, EnumText<AgentState>.Parse(row.State), row.Version, EngineJson.Read<AgentDefinition>(row.Definition));
    }

    private const string FindSpellingSql = """select id from agents where lower(id collate "C") = @key""";

    /// <summary>The id as it is stored, of a deleted agent too.</summary>
    public static Task<string?> FindSpelling(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<string?>(
            new CommandDefinition(FindSpellingSql, new { key = AgentIds.Key(id) }, cancellationToken: cancellationToken));

    private const string ReadDefinitionSql = "select definition from agent_versions where agent_id = @id and version = @version";

    public static async Task<AgentDefinition> ReadDefinition(
        NpgsqlConnection connection, string id, int version, CancellationToken cancellationToken) =>
        EngineJson.Read<AgentDefinition>(
            await connection.QuerySingleAsync<string>(
                new CommandDefinition(ReadDefinitionSql, new { id, version }, cancellationToken: cancellationToken)));

    private const string PublishSql = """
        with version as (
            insert into agent_versions (agent_id, version, definition, digest, published_by, summary)
            select @id, coalesce(max(version), 0) + 1, @definition, @digest, @by, @summary
            from agent_versions
            where agent_id = @id
            returning version, published_at
        ), agent as (
            update agents
            set state = @state,
                published_version = version.version,
                revision = revision + (draft <> @draft)::int,
                draft = @draft,
                max_concurrent = @maxConcurrent,
                updated_at = now()
            from version
            where id = @id
        )
        select version, published_at as PublishedAt from version
        """;

    /// <summary>Publishes a definition as the next version of a locked agent.</summary>
    public static Task<NewVersion> Publish(Transaction transaction, VersionToPublish version, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleAsync<NewVersion>(
            new CommandDefinition(
                PublishSql,
                new
                {
                    version.Id,
                    State = EnumText<AgentState>.Of(version.State),
                    version.Definition,
                    version.Draft,
                    Digest = SHA256.HashData(Encoding.UTF8.GetBytes(version.Definition)),
                    version.MaxConcurrent,
                    version.By,
                    version.Summary,
                },
                cancellationToken: cancellationToken));

    private const string ListSql = """
        select a.id, a.state, coalesce(v.definition, '{}') as definition, a.published_version as PublishedVersion, v.published_at as PublishedAt,
            (select count(*) from tasks t where t.state = 'queued' and t.agent_id = a.id) as QueuedTasks,
            (select count(*) from tasks t where t.state = 'running' and t.agent_id = a.id) as RunningTasks,
            a.created_at as CreatedAt, a.updated_at as UpdatedAt
        from agents a
        left join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where (@key = '' or lower(a.id collate "C") = @key) and (@state = '' or a.state = @state) and a.state <> 'deleted' and a.id > @after
        order by a.id
        limit @limit
        """;

    /// <summary>Agents by id, after the one named.</summary>
    public static async Task<List<AgentRecord>> List(
        NpgsqlConnection connection, string key, string state, string after, int limit, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<AgentRow>(
            new CommandDefinition(ListSql, new { key, state, after, limit }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToRecord())];
    }

    /// <summary>What is to be published, and the draft that is left. Both are JSON as it is stored.</summary>
    internal sealed record VersionToPublish(
        string Id, AgentState State, string Definition, string Draft, int MaxConcurrent, string By, string Summary);

    internal sealed class NewVersion
    {
        public int Version { get; init; }
        public DateTime PublishedAt { get; init; }
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

        public AgentRecord ToRecord() =>
            new(
                Id,
                EnumText<AgentState>.Parse(State),
                EngineJson.Read<AgentDefinition>(Definition),
                PublishedVersion,
                PublishedAt,
                QueuedTasks,
                RunningTasks,
                CreatedAt,
                UpdatedAt);
    }
}
