using Koda.Server.Engine.Conversations;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Subagents;

/// <summary>The subagents of a conversation, oldest first.</summary>
internal sealed class ListSubagents(Database database)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public Task<List<SubagentRecord>> Execute(Guid id, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            if (await ConversationStore.Get(connection, id, token) is null)
                throw GetConversation.NotFound();
            return await SubagentStore.List(connection, id, token);
        },
        cancellationToken);
}
