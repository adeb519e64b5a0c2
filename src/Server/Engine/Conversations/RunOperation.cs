using Koda.Protos.Common.V1;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Has work done on a conversation's workspace by the worker that holds it, and waits for the result.</summary>
internal sealed class RunOperation(
    Database database, StartOperation start, EventFeed feed, GetTask getTask, CancelTask cancelTask, TimeProvider clock)
{
    // What no worker has taken in this time is withdrawn. What one has taken is waited for: half of it is nothing to leave behind.
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    /// <param name="id">The conversation.</param>
    /// <param name="choose">Chooses the work by the snapshots, newest first, under the conversation's lock. Null: there is nothing to
    /// do.</param>
    /// <param name="principal">Who asks.</param>
    /// <param name="cancellationToken">Ends the wait; the work goes on.</param>
    /// <returns>The result, a JSON object. Null: there was nothing to do.</returns>
    /// <exception cref="EngineException"> CONVERSATION_NOT_FOUND, TURN_RUNNING, what choosing throws; SNAPSHOT_NOT_FOUND: none are taken.
    /// UNAVAILABLE: no worker has the workspace. OPERATION_FAILED.
    /// </exception>
    public async Task<string?> Execute(
        Guid id,
        Func<LockedConversation, IReadOnlyList<ConversationSnapshot>, OperationContext?> choose,
        string principal,
        CancellationToken cancellationToken)
    {
        var task = await database.InTransaction(
            async (transaction, token) =>
            {
                var locked = await LockedConversation.Lock(transaction, id, token);
                locked.RefuseWhileBusy();
                if (!(await CodeSettingStore.Read(transaction.Connection, token)).Snapshots)
                    throw new EngineException(
                        ErrorReason.SnapshotNotFound, "Snapshots are switched off: the setting session.snapshot is false.");
                return choose(locked, await ListSnapshots.Of(transaction.Connection, id, token)) is { } work
                    ? await start.Execute(transaction, locked, work, principal, token)
                    : (Guid?)null;
            },
            cancellationToken);
        return task is { } begun ? await Wait(id, begun, principal, cancellationToken) : null;
    }

    private async Task<string> Wait(Guid id, Guid task, string principal, CancellationToken cancellationToken)
    {
        using var patience = new CancellationTokenSource(s_patience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        try
        {
            return await Result(id, task, either.Token);
        }
        catch (OperationCanceledException) when (patience.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            if ((await getTask.Execute(task, cancellationToken)).State == TaskState.Queued)
                await cancelTask.Execute(task, "no worker has the workspace", principal, cancellationToken);
            return await Result(id, task, cancellationToken);
        }
    }

    private async Task<string> Result(Guid id, Guid task, CancellationToken cancellationToken)
    {
        if (await Ended(task, cancellationToken) is { } known)
            return known;
        var seen = (await getTask.Execute(task, cancellationToken)).LastEventSeq;
        // An end between the two looks stands before what was seen.
        if (await Ended(task, cancellationToken) is { } meanwhile)
            return meanwhile;
        await foreach (var page in feed.Follow(id, seen, cancellationToken))
        {
            if (page.Any(entry => entry.RunId == task) && await Ended(task, cancellationToken) is { } result)
                return result;
        }
        throw new OperationCanceledException(cancellationToken);
    }

    private async Task<string?> Ended(Guid id, CancellationToken cancellationToken)
    {
        var task = await getTask.Execute(id, cancellationToken);
        return task.State switch
        {
            TaskState.Succeeded => task.Output,
            TaskState.Failed => throw new EngineException(ErrorReason.OperationFailed, task.Error!.Message),
            TaskState.Cancelled => throw new EngineException(ErrorReason.Unavailable, "No worker has the session's workspace now."),
            _ => null,
        };
    }
}
