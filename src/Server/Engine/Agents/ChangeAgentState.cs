using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>
/// Lets an agent take work, or none. One that stands still gives its running tasks back to the queue after their current step, where they
/// wait with the others. A task that a server claims in this very moment may still begin; it runs to its end.
/// </summary>
internal sealed class ChangeAgentState(
    Database database, SaveTasks save, TaskNews news, AgentCatalog agents, AuditLog audit, DescribeAgent describe)
{
    /// <exception cref="EngineException">AGENT_NOT_FOUND, AGENT_STATE_CONFLICT.</exception>
    public Task<AgentDetails> Execute(Caller caller, string id, AgentTrigger trigger, CancellationToken cancellationToken) =>
        database.InTransaction(
            async (transaction, token) =>
            {
                var agent = await AgentStore.Lock(transaction, id, token);
                var next = AgentStateMachine.Next(agent.State, trigger);
                if (next != agent.State)
                {
                    await AgentStore.Move(transaction, agent.Id, next, token);
                    if (next == AgentState.Active)
                        news.SpreadQueued(transaction);
                    else
                        await GiveBackRunning(transaction, agent.Id, token);
                    await audit.Record(transaction, caller, new SecurityEvent($"security.agent.{Name(next)}", $"agent:{agent.Id}"), token);
                    agents.ForgetAfter(transaction, agent.Id);
                }
                return await describe.Execute(
                    transaction.Connection, (await AgentStore.Find(transaction.Connection, agent.Id, token))!, token);
            },
            cancellationToken);

    private async Task GiveBackRunning(Transaction transaction, string id, CancellationToken cancellationToken)
    {
        var running = await TaskStore.ListRunning(transaction.Connection, id, cancellationToken);
        if (running.Length == 0)
            return;
        var changes = await TaskChanges.Lock(transaction, running, [], cancellationToken);
        foreach (var task in changes.Tasks)
            task.GiveBackWhenPaused();
        await save.Execute(transaction, changes, cancellationToken);
    }

    private static string Name(AgentState state) => state == AgentState.Active ? "activated" : EnumText<AgentState>.Of(state);
}
