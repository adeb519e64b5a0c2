using Dapper;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>The only writer of <c>agent_secrets</c>.</summary>
internal static class AgentSecretStore
{
    /// <summary>A variable of the environment of the agent's commands.</summary>
    public const string Variable = "variable";

    /// <summary>The provider key of a draft, until it is published.</summary>
    public const string DraftProviderKey = "draft_provider_key";

    /// <summary>What a rotation of the master key wraps anew.</summary>
    public static readonly SealedColumn SealedColumn = new("agent_secrets", "sealed");

    /// <summary>A stored secret, still sealed.</summary>
    internal sealed record Row(string AgentId, string Kind, string Name, byte[] Sealed, DateTime UpdatedAt);

    private const string SaveSql = """
        insert into agent_secrets (agent_id, kind, name, sealed) values (@agentId, @kind, @name, @envelope)
        on conflict (agent_id, kind, name) do update set sealed = excluded.sealed, updated_at = now()
        returning updated_at
        """;

    public static Task<DateTime> Save(
        Transaction transaction, string agentId, string kind, string name, byte[] envelope, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleAsync<DateTime>(
            new CommandDefinition(SaveSql, new { agentId, kind, name, envelope }, cancellationToken: cancellationToken));

    private const string ListSql = """
        select agent_id as AgentId, kind as Kind, name as Name, sealed as Sealed, updated_at as UpdatedAt
        from agent_secrets
        where agent_id = @agentId and kind = @kind
        order by name
        """;

    public static async Task<IReadOnlyList<Row>> List(
        NpgsqlConnection connection, string agentId, string kind, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<Row>(new CommandDefinition(ListSql, new { agentId, kind }, cancellationToken: cancellationToken))];

    private const string ListAllSql = """
        select agent_id as AgentId, kind as Kind, name as Name, sealed as Sealed, updated_at as UpdatedAt from agent_secrets
        """;

    public static async Task<IReadOnlyList<Row>> ListAll(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [.. await connection.QueryAsync<Row>(new CommandDefinition(ListAllSql, cancellationToken: cancellationToken))];

    private const string RemoveSql = """
        delete from agent_secrets where agent_id = @agentId and (@kind = '' or kind = @kind) and (@name = '' or name = @name)
        """;

    /// <summary>Removes secrets of an agent; an empty kind or name is all of them.</summary>
    /// <returns>How many.</returns>
    public static Task<int> Remove(
        Transaction transaction, string agentId, string kind, string name, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(RemoveSql, new { agentId, kind, name }, cancellationToken: cancellationToken));
}
