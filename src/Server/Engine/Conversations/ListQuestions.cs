using Koda.Server.Engine.Approvals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>The questions that a conversation waits for.</summary>
internal sealed class ListQuestions(Database database)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public Task<List<ApprovalRecord>> Execute(Guid id, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            if (await ConversationStore.Get(connection, id, token) is null)
                throw GetConversation.NotFound();
            return await ApprovalStore.ListPendingIn(connection, id, token);
        },
        cancellationToken);
}
