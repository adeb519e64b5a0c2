using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Agents;

/// <summary>
/// Lets an agent take work, or none. One that stands still gives its running tasks back to the queue after their current step, where they
/// wait with the others. A task that a server claims in this very moment may still begin; it runs to its end.
/// </summary>
internal sealed class ChangeAgentState(
    Database database, IEnumerable<IAgentListener> listeners, WorkNews work, AgentCatalog agents, AuditLog audit, DescribeAgent describe)
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
                        work.Spread(transaction);
                    else
                        await TellStopped(transaction, agent.Id, token);
                    await audit.Record(transaction, caller, new SecurityEvent($"security.agent.{Name(next)}", $"agent:{agent.Id}"), token);
                    agents.ForgetAfter(transaction, agent.Id);
                }
                return await describe.Execute(
                    transaction.Connection, (await AgentStore.Find(transaction.Connection, agent.Id, token))!, token);
            },
            cancellationToken);

    private async Task TellStopped(Transaction transaction, string id, CancellationToken cancellationToken)
    {
        foreach (var listener in listeners)
            await listener.Stopped(transaction, id, cancellationToken);
    }

    private static string Name(AgentState state) => state == AgentState.Active ? "activated" : EnumText<AgentState>.Of(state);
}
