using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Attempts;

/// <summary>An open attempt with what its worker may ask for.</summary>
internal sealed record OpenAttempt(
    Guid TaskId, Guid RunId, Guid StreamId, string AgentId, int AgentVersion, TaskContext Context, int Number, string WorkerId);

/// <summary>Lets a worker have what belongs to an attempt, as long as it holds it.</summary>
internal sealed class AttemptAccess(Database database, AgentCatalog agents, AgentSecrets secrets)
{
    /// <exception cref="EngineException">ATTEMPT_LOST.</exception>
    public async Task<OpenAttempt> Find(AttemptKey key, CancellationToken cancellationToken) =>
        await database.Read((connection, token) => AttemptStore.FindOpen(connection, key, token), cancellationToken)
        ?? throw new EngineException(ErrorReason.AttemptLost, $"Attempt {key.AttemptId} with token {key.FencingToken} is not held.");

    /// <summary>The secrets of a held attempt's agent, by the names of their variables.</summary>
    /// <exception cref="EngineException">ATTEMPT_LOST.</exception>
    public async Task<IReadOnlyDictionary<string, string>> EnvironmentOf(AttemptKey key, CancellationToken cancellationToken) =>
        await secrets.Open((await Find(key, cancellationToken)).AgentId, cancellationToken);

    /// <summary>What a held attempt's agent is, and what it is asked.</summary>
    /// <exception cref="EngineException">ATTEMPT_LOST.</exception>
    public async Task<(AgentDefinition Definition, string Query)> AgentOf(AttemptKey key, CancellationToken cancellationToken)
    {
        var attempt = await Find(key, cancellationToken);
        var definition = await agents.Definition(attempt.AgentId, attempt.AgentVersion, cancellationToken);
        var task = await database.Read((connection, token) => TaskStore.Get(connection, attempt.TaskId, token), cancellationToken);
        return (definition, task!.Query);
    }
}
