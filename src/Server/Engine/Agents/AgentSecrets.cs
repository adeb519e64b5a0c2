using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>A secret as people see it: that it is there.</summary>
internal sealed record AgentSecret(string AgentId, string Name, DateTimeOffset UpdatedAt);

/// <summary>The secrets of agents: what their commands find in their environment. People write them and never read them.</summary>
internal sealed class AgentSecrets(Database database, SecretBox box, KnownSecrets secrets, Broadcast broadcast, AuditLog audit)
{
    /// <summary>What other servers announce when a secret was written.</summary>
    public const string Topic = "agent-secrets";

    private const string Kind = AgentSecretStore.Variable;

    /// <exception cref="EngineException">AGENT_NOT_FOUND, INVALID_REQUEST.</exception>
    public Task<AgentSecret> Write(Caller caller, string agentId, string name, string value, CancellationToken cancellationToken)
    {
        var key = AgentSecretRules.Key(name);
        AgentSecretRules.Check(key, value);
        secrets.Learn(value);
        return database.InTransaction(
            async (transaction, token) =>
            {
                var agent = await AgentStore.Lock(transaction, agentId, token);
                var updatedAt = await AgentSecretStore.Save(
                    transaction, agent.Id, Kind, key, box.Seal(value, Purpose(agent.Id, Kind, key)), token);
                await audit.Record(transaction, caller, new SecurityEvent("security.agent.secret_written", Target(agent.Id, key)), token);
                transaction.AfterCommit(() => broadcast.Announce(Topic, agent.Id));
                return new AgentSecret(agent.Id, key, updatedAt);
            },
            cancellationToken);
    }

    /// <exception cref="EngineException">AGENT_NOT_FOUND, SECRET_NOT_FOUND.</exception>
    public Task Remove(Caller caller, string agentId, string name, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var key = AgentSecretRules.Key(name);
            var agent = await AgentStore.Lock(transaction, agentId, token);
            if (key.Length == 0 || await AgentSecretStore.Remove(transaction, agent.Id, Kind, key, token) == 0)
                throw NotFound(agent.Id, key);
            await audit.Record(transaction, caller, new SecurityEvent("security.agent.secret_removed", Target(agent.Id, key)), token);
        },
        cancellationToken);

    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public Task<IReadOnlyList<AgentSecret>> List(string agentId, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            var agent = await AgentStore.Find(connection, agentId, token) ?? throw GetAgent.NotFound(agentId);
            return await List(connection, agent.Id, token);
        },
        cancellationToken);

    /// <exception cref="EngineException">AGENT_NOT_FOUND, SECRET_NOT_FOUND.</exception>
    public async Task<AgentSecret> Get(string agentId, string name, CancellationToken cancellationToken)
    {
        var key = AgentSecretRules.Key(name);
        return (await List(agentId, cancellationToken)).FirstOrDefault(secret => secret.Name == key) ?? throw NotFound(agentId, key);
    }

    public static async Task<IReadOnlyList<AgentSecret>> List(
        NpgsqlConnection connection, string agentId, CancellationToken cancellationToken) =>
        [
            .. (await AgentSecretStore.List(connection, agentId, Kind, cancellationToken)).Select(row => new AgentSecret(
                row.AgentId,
                row.Name,
                row.UpdatedAt)),
        ];

    /// <summary>All values of an agent, for an attempt that holds one of its tasks.</summary>
    public async Task<IReadOnlyDictionary<string, string>> Open(string agentId, CancellationToken cancellationToken)
    {
        var rows = await database.Read((connection, token) => AgentSecretStore.List(connection, agentId, Kind, token), cancellationToken);
        return rows.ToDictionary(row => row.Name, Open);
    }

    /// <summary>Makes this server know every stored value, so that it takes them out of what workers report, whoever wrote them.</summary>
    public async Task LearnAll(CancellationToken cancellationToken)
    {
        var rows = await database.Read(AgentSecretStore.ListAll, cancellationToken);
        secrets.LearnStored([.. rows.Select(Unsealed)]);
    }

    /// <summary>What the envelope of a secret is bound to.</summary>
    public static string Purpose(string agentId, string kind, string name) => $"agent-secret:{agentId}:{kind}:{name}";

    private string Open(AgentSecretStore.Row row)
    {
        var value = Unsealed(row);
        secrets.Learn(value);
        return value;
    }

    private string Unsealed(AgentSecretStore.Row row) => box.Open(row.Sealed, Purpose(row.AgentId, row.Kind, row.Name));

    private static string Target(string agentId, string key) => $"agent:{agentId}:{key}";

    private static EngineException NotFound(string agentId, string key) =>
        new(ErrorReason.SecretNotFound, $"Agent '{agentId}' has no secret '{key}'.");
}
