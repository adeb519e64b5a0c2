using Koda.Protos.Common.V1;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Cancels the turn that runs, and drops the messages that wait behind it.</summary>
internal sealed class CancelTurn(Database database, SaveTasks save)
{
    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND, TURN_NOT_RUNNING.</exception>
    public Task<ConversationRecord> Execute(Guid id, string principal, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var found = await ConversationStore.Get(transaction.Connection, id, token) ?? throw GetConversation.NotFound();
            if (found.Turn is not { } turn)
                throw NotRunning();
            var changes = await TaskChanges.Lock(transaction, [turn.Id], [], token);
            var task = changes.Find(turn.Id)!;
            if (TaskStateMachine.IsFinal(task.State))
                throw NotRunning();
            await QueuedMessageStore.Clear(transaction, id, token);
            task.Cancel(principal, reason: "");
            await save.Execute(transaction, changes, token);
            await transaction.Flush(token);
            return (await ConversationStore.Get(transaction.Connection, id, token))!;
        },
        cancellationToken);

    private static EngineException NotRunning() => new(ErrorReason.TurnNotRunning, "No turn of this session is running.");
}
