using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>Changes a draft. Edits of one agent take turns, so that each one sees what the others did and none is lost.</summary>
internal sealed class EditAgent(Database database, DraftKeys keys, DescribeAgent describe)
{
    /// <param name="id">The agent.</param>
    /// <param name="etag">The draft that the caller read. Empty: the edit is made on whatever is there.</param>
    /// <param name="edit">Makes the new draft of the present one. It may be run more than once.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_CONFLICT, and what the edit throws.</exception>
    public Task<AgentDetails> Execute(string id, string etag, Func<AgentDefinition, DraftEdit> edit, CancellationToken cancellationToken) =>
        database.InTransaction(
            async (transaction, token) =>
            {
                var agent = await AgentStore.Lock(transaction, id, token);
                agent.Require(etag);
                var changed = edit(agent.Draft);
                await keys.Save(transaction, agent.Id, changed.ProviderApiKey, token);
                if (EngineJson.Write(changed.Definition) != EngineJson.Write(agent.Draft))
                    await AgentStore.SaveDraft(transaction, agent.Id, changed.Definition, token);
                return await describe.Execute(
                    transaction.Connection, (await AgentStore.Find(transaction.Connection, agent.Id, token))!, token);
            },
            cancellationToken);
}
