using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Subagents;

/// <summary>Starts the subagents that an attempt calls, and lets its turn wait for them without a worker.</summary>
internal sealed class DelegateAttempt(AgentCatalog agents, StartSubagents start) : IDelegations
{
    // What the caller would be asked about, where no rule of its own speaks of it, is asked about in its name too.
    private static readonly PermissionRule s_leavingAsks = new(AgentRules.ExternalDirectory, "", PermissionAction.Ask);

    public async Task Start(Transaction transaction, LockedTask task, Delegation delegation, CancellationToken cancellationToken)
    {
        var parent = await ConversationStore.FindLocked(transaction, task.StreamId, cancellationToken);
        var definition = await agents.Definition(transaction, task.AgentId, task.AgentVersion, cancellationToken);
        if (parent is null || parent.IsSubagent || !definition.Tools.Contains(AgentRules.SubagentTool))
        {
            var fault = new TaskFault("subagent.refused", "This task may not call subagents.");
            task.Fail(new Failure(delegation.Attempt, fault, Retryable: false, TimeSpan.Zero, []), definition.Retry, jitter: 0);
            return;
        }
        if (task.StopRequested == RequestedStop.Cancel)
        {
            task.Stop(task.Open!.WorkerId, isCooldown: false);
            return;
        }
        var turn = (await TaskStore.Get(transaction.Connection, task.Id, cancellationToken))!.Context.Turn;
        var principal = await SubagentStore.Principal(transaction.Connection, task.Id, cancellationToken);
        var caller = new SubagentCaller(task.StreamId, task.Id, task.RunId, principal)
        {
            Unattended = turn?.Unattended ?? false,
            Ceiling =
            [
                s_leavingAsks,
                .. (turn?.BasePermissions ?? []).Where(rule => rule.Tool == AgentRules.ExternalDirectory),
                .. definition.Permissions,
            ],
        };
        var started = await start.Execute(transaction, parent, caller, delegation.Subagents, cancellationToken);
        task.Delegate(started.Select(each => each.Event));
    }
}
