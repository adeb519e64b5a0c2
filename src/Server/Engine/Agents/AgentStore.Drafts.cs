using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>Agents as their owners configure them.</summary>
internal static partial class AgentStore
{
    private const string FindSql = """
        select a.id, a.state, a.draft, a.revision, a.published_version as Version, v.published_at as PublishedAt, v.definition as Published,
            a.created_at as CreatedAt, a.updated_at as UpdatedAt
        from agents a
        left join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where lower(a.id collate "C") = @key and a.state <> 'deleted'
        """;

    /// <summary>The agent, by any spelling of its id; null when there is none.</summary>
    public static async Task<AgentConfiguration?> Find(NpgsqlConnection connection, string id, CancellationToken cancellationToken) =>
        (await connection.QuerySingleOrDefaultAsync<DraftRow>(
            new CommandDefinition(FindSql, new { key = AgentIds.Key(id) }, cancellationToken: cancellationToken)))?.ToRecord();

    // Writers of one agent take turns, so that versions are given out one by one and no edit is lost. What was read before the lock is read
    // again under it.
    private const string LockSql = """
        select from agents where lower(id collate "C") = @key and state <> 'deleted' for no key update
        """;

    /// <summary>Locks the agent until the transaction ends, and reads it.</summary>
    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public static async Task<AgentConfiguration> Lock(Transaction transaction, string id, CancellationToken cancellationToken) =>
        await TryLock(transaction, id, cancellationToken) ?? throw GetAgent.NotFound(id);

    /// <inheritdoc cref="Lock"/>
    /// <returns>Null: there is no such agent.</returns>
    public static async Task<AgentConfiguration?> TryLock(Transaction transaction, string id, CancellationToken cancellationToken)
    {
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition(LockSql, new { key = AgentIds.Key(id) }, cancellationToken: cancellationToken));
        return await Find(transaction.Connection, id, cancellationToken);
    }

    // Two indexes keep ids apart, with case and without. A conflict target names only one of them; who creates the same agent at the same
    // time would then be refused by the other. Who deleted an agent and makes it anew begins with nothing; only the numbers of versions go
    // on, for tasks know the old ones.
    private const string CreateSql = """
        insert into agents (id, state, draft) values (@id, 'draft', @draft) on conflict do nothing;
        update agents
        set state = 'draft', draft = @draft, revision = revision + 1, max_concurrent = 0, created_at = now(), updated_at = now()
        where lower(id collate "C") = lower(@id collate "C") and state = 'deleted'
        """;

    /// <summary>Creates the agent and keeps it locked.</summary>
    /// <returns>False: there is one already.</returns>
    public static async Task<bool> TryCreate(
        Transaction transaction, string id, AgentDefinition draft, CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition(CreateSql, new { id, draft = EngineJson.Write(draft) }, cancellationToken: cancellationToken)) > 0;

    private const string SaveDraftSql = "update agents set draft = @draft, revision = revision + 1, updated_at = now() where id = @id";

    public static Task SaveDraft(Transaction transaction, string id, AgentDefinition draft, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(SaveDraftSql, new { id, draft = EngineJson.Write(draft) }, cancellationToken: cancellationToken));

    private const string MoveSql = "update agents set state = @state, updated_at = now() where id = @id";

    public static Task Move(Transaction transaction, string id, AgentState state, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(MoveSql, new { id, state = EnumText<AgentState>.Of(state) }, cancellationToken: cancellationToken));

    private const string DeleteSql = """
        update agents set state = 'deleted', draft = '{}', published_version = null, revision = revision + 1, updated_at = now() where id = @id
        """;

    public static Task Delete(Transaction transaction, string id, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(DeleteSql, new { id }, cancellationToken: cancellationToken));

    private const string ListDraftsSql = """
        select a.id, a.state, a.draft, a.revision, a.published_version as Version, v.published_at as PublishedAt, v.definition as Published,
            a.created_at as CreatedAt, a.updated_at as UpdatedAt
        from agents a
        left join agent_versions v on v.agent_id = a.id and v.version = a.published_version
        where a.state <> 'deleted' and a.id > @after
            and (@state = '' or a.state = @state)
            and (@text = '' or strpos(lower(concat_ws(' ', a.id, a.draft::json ->> 'name', a.draft::json ->> 'description')), lower(@text)) > 0)
        order by a.id
        limit @limit
        """;

    /// <summary>Agents by id, after the one named, whose id, name or description has the text.</summary>
    public static async Task<List<AgentConfiguration>> ListDrafts(
        NpgsqlConnection connection, string state, string text, string after, int limit, CancellationToken cancellationToken)
    {
        var rows = await connection.QueryAsync<DraftRow>(
            new CommandDefinition(ListDraftsSql, new { state, text, after, limit }, cancellationToken: cancellationToken));
        return [.. rows.Select(row => row.ToRecord())];
    }

    private sealed class DraftRow
    {
        public required string Id { get; init; }
        public required string State { get; init; }
        public required string Draft { get; init; }
        public long Revision { get; init; }
        public int? Version { get; init; }
        public DateTime? PublishedAt { get; init; }
        public string? Published { get; init; }
        public DateTime CreatedAt { get; init; }
        public DateTime UpdatedAt { get; init; }

        public AgentConfiguration ToRecord() => new(
            Id,
            EnumText<AgentState>.Parse(State),
            EngineJson.Read<AgentDefinition>(Draft),
            Revision,
            Version,
            PublishedAt,
            Published is null ? null : EngineJson.Read<AgentDefinition>(Published),
            CreatedAt,
            UpdatedAt);
    }
}
