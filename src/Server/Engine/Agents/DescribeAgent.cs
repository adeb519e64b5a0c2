using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>An agent with all that its owner wants to see at a glance.</summary>
internal sealed record AgentDetails(
    AgentConfiguration Agent, IReadOnlyList<AgentVersion> Versions, IReadOnlyList<AgentSecret> Secrets, AgentReport Report);

internal sealed class DescribeAgent(Database database, CheckAgent check)
{
    private const int NewestVersions = 10;

    /// <exception cref="EngineException">AGENT_NOT_FOUND.</exception>
    public Task<AgentDetails> Execute(string id, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
            await Execute(connection, await AgentStore.Find(connection, id, token) ?? throw GetAgent.NotFound(id), token),
        cancellationToken);

    public async Task<AgentDetails> Execute(NpgsqlConnection connection, AgentConfiguration agent, CancellationToken cancellationToken) =>
        new(
            agent,
            await AgentStore.ListVersions(connection, agent.Id, before: int.MaxValue, NewestVersions, cancellationToken),
            await AgentSecrets.List(connection, agent.Id, cancellationToken),
            await check.Execute(connection, agent.Id, agent.Draft, cancellationToken));
}
