using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>
/// Creates a draft that is like another agent's. Secrets and keys are not copied: who may read a definition may not hand them on.
/// </summary>
internal sealed class CloneAgent(Database database, CreateAgent create)
{
    /// <exception cref="EngineException">AGENT_NOT_FOUND: the source; and what <see cref="CreateAgent"/> throws.</exception>
    public async Task<Answer<AgentDetails>> Execute(
        Caller caller,
        string sourceId,
        string id,
        string name,
        IdempotencyKey? key,
        Func<AgentDetails, byte[]> encode,
        CancellationToken cancellationToken)
    {
        var source = await database.Read((connection, token) => AgentStore.Find(connection, sourceId, token), cancellationToken)
            ?? throw GetAgent.NotFound(sourceId);
        var draft = name.Length == 0 ? source.Draft : source.Draft with { Name = name };
        return await create.Execute(caller, id, new DraftEdit(draft, ProviderApiKey: ""), key, encode, cancellationToken);
    }
}
