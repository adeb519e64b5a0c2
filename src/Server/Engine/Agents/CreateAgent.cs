using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Creates an agent as a draft, which takes no work.</summary>
internal sealed class CreateAgent(RunOnce once, DraftKeys keys, DescribeAgent describe, AuditLog audit)
{
    /// <param name="caller">Who creates it.</param>
    /// <param name="id">Its id, in the spelling that it keeps.</param>
    /// <param name="draft">The draft, which need not be complete.</param>
    /// <param name="key">Makes the same request again give the same answer.</param>
    /// <param name="encode">Writes the answer that is stored for the key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">INVALID_REQUEST: it is no id. AGENT_CONFLICT: there is such an agent.</exception>
    public Task<Answer<AgentDetails>> Execute(
        Caller caller,
        string id,
        DraftEdit draft,
        IdempotencyKey? key,
        Func<AgentDetails, byte[]> encode,
        CancellationToken cancellationToken)
    {
        if (!AgentIds.IsValid(id))
        {
            throw new EngineException(
                ErrorReason.InvalidRequest,
                $"The agent's id {AgentIds.Rule}.",
                new Dictionary<string, string> { ["agent_id"] = AgentIds.Rule });
        }
        return once.Execute(key, encode, (transaction, token) => Create(transaction, caller, id, draft, token), cancellationToken);
    }

    private async Task<AgentDetails> Create(
        Transaction transaction, Caller caller, string id, DraftEdit draft, CancellationToken cancellationToken)
    {
        if (!await AgentStore.TryCreate(transaction, id, draft.Definition, cancellationToken))
            throw IsTaken(id);
        var agent = (await AgentStore.Find(transaction.Connection, id, cancellationToken))!;
        await keys.Save(transaction, agent.Id, draft.ProviderApiKey, cancellationToken);
        await audit.Record(transaction, caller, new SecurityEvent("security.agent.created", $"agent:{agent.Id}"), cancellationToken);
        return await describe.Execute(transaction.Connection, agent, cancellationToken);
    }

    internal static EngineException IsTaken(string id) =>
        new(ErrorReason.AgentConflict, $"There is an agent '{id}' already.", new Dictionary<string, string> { ["agent_id"] = "is taken" });
}
