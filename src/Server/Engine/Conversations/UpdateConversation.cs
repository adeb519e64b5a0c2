using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Changes who answers in a conversation, from the next turn on, or how it is called.</summary>
internal sealed class UpdateConversation(Database database, CreateConversation create, ModelChoices models, EventLog log)
{
    /// <summary>Null leaves a value as it is.</summary>
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND; INVALID_REQUEST: no such agent or model.</exception>
    public async Task<ConversationRecord> Execute(
        Guid id, string? agentId, string? modelId, string? title, string principal, CancellationToken cancellationToken)
    {
        var faults = CreateConversation.Faults(new ConversationRequest("", "", title ?? "", "", principal));
        var agent = agentId is null ? null : await create.AgentOf(agentId, faults, cancellationToken);
        var model = modelId is null ? null : await models.Find(modelId, faults, cancellationToken);
        if (faults.Count > 0)
            throw EngineException.Invalid("The session cannot be changed like this", faults);
        return await database.InTransaction(
            async (transaction, token) =>
            {
                var locked = await LockedConversation.Lock(transaction, id, token);
                var named = StorableText.Of(title ?? locked.Title);
                transaction.Defer(ConversationStore.Change(id, agent ?? locked.AgentId, model ?? locked.Model, named));
                if (named != locked.Title)
                    await locked.Append(transaction, log, [ConversationEvents.Titled(id, TaskEvents.Principal(principal), named)], token);
                await transaction.Flush(token);
                return (await ConversationStore.Get(transaction.Connection, id, token))!;
            },
            cancellationToken);
    }
}
