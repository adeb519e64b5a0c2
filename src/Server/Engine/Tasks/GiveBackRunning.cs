using Koda.Server.Engine.Agents;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Tasks;

/// <summary>Has the running tasks of an agent that stands still queued again after their current step.</summary>
internal sealed class GiveBackRunning(SaveTasks save) : IAgentListener
{
    public async Task Stopped(Transaction transaction, string agentId, CancellationToken cancellationToken)
    {
        var running = await TaskStore.ListRunning(transaction.Connection, agentId, cancellationToken);
        if (running.Length == 0)
            return;
        var changes = await TaskChanges.Lock(transaction, running, [], cancellationToken);
        foreach (var task in changes.Tasks)
            task.GiveBackWhenPaused();
        await save.Execute(transaction, changes, cancellationToken);
    }
}
