using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Subagents;

/// <summary>
/// Tells conversations what their subagents ask and how they ended, lets the turns go on that waited for them, and stops those that nobody
/// waits for or whose time is over. What is to be done follows from what is stored, so any number of servers may do it, at any time, again.
/// </summary>
internal sealed class FollowSubagents(Database database, SaveTasks save, EventLog log) : ISweep
{
    public string NextDueSql => SubagentStore.NextDueSql;

    public async Task Execute(CancellationToken cancellationToken)
    {
        foreach (var (conversationId, taskId) in await database.Read(SubagentStore.DueParents, cancellationToken))
            await database.InTransaction((transaction, token) => Tell(transaction, conversationId, taskId, token), cancellationToken);
        foreach (var unwanted in await database.Read(SubagentStore.Unwanted, cancellationToken))
            await database.InTransaction((transaction, token) => Stop(transaction, unwanted, token), cancellationToken);
    }

    private async Task<bool> Tell(Transaction transaction, Guid conversationId, Guid? taskId, CancellationToken cancellationToken)
    {
        if (taskId is not { } waiting)
        {
            var heads = await EventStore.LockHeads(transaction, [conversationId], cancellationToken);
            var told = await News(transaction, conversationId, null, conversationId, cancellationToken);
            log.Append(transaction, heads, await transaction.Time(cancellationToken), [new StreamAppend(conversationId, told)]);
            return true;
        }
        var changes = await TaskChanges.Lock(transaction, [waiting], [], cancellationToken);
        var task = changes.Find(waiting)!;
        task.Events.AddRange(await News(transaction, conversationId, waiting, task.RunId, cancellationToken));
        await transaction.Flush(cancellationToken);
        if (task.AwaitsRuns
            && (await SubagentStore.Open(transaction.Connection, conversationId, waiting, cancellationToken)).Count == 0)
        {
            task.GoOnAfterSubagents();
        }
        await save.Execute(transaction, changes, cancellationToken);
        return true;
    }

    private static async Task<List<NewEvent>> News(
        Transaction transaction, Guid conversationId, Guid? taskId, Guid runId, CancellationToken cancellationToken)
    {
        var news = new List<NewEvent>();
        foreach (var subagent in await SubagentStore.Open(transaction.Connection, conversationId, taskId, cancellationToken))
        {
            if (subagent.HasNewQuestion
                && await ApprovalStore.Get(transaction.Connection, subagent.ApprovalId!.Value, cancellationToken) is { } asked)
            {
                news.Add(SubagentEvents.Asked(runId, subagent, asked));
                transaction.Defer(SubagentStore.Asked(subagent.ConversationId, asked.Id));
            }
            if (!subagent.HasEnded)
                continue;
            news.Add(SubagentEvents.Finished(runId, subagent));
            transaction.Defer(SubagentStore.Settled(subagent.ConversationId));
        }
        return news;
    }

    private async Task<bool> Stop(Transaction transaction, UnwantedSubagent unwanted, CancellationToken cancellationToken)
    {
        var changes = await TaskChanges.Lock(transaction, [unwanted.TaskId], [], cancellationToken);
        changes.Find(unwanted.TaskId)!.Withdraw(unwanted.CallerEnded ? "the turn that it worked for ended" : "its time is over");
        if (!unwanted.CallerEnded)
            transaction.Defer(SubagentStore.TimedOut(unwanted.ConversationId));
        await save.Execute(transaction, changes, cancellationToken);
        return true;
    }
}
