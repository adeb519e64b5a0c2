using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Subagents;

/// <summary>Gives each subagent a conversation of its own in the caller's workspace, and begins its turn.</summary>
internal sealed class StartSubagents(AgentCatalog agents, TurnPlan plan, StartTurn start, EventLog log)
{
    private const int LongestTitle = 200;

    /// <summary>Starts those that are not started yet; one that cannot be is told as ended.</summary>
    /// <param name="transaction">It holds the lock of the parent's stream.</param>
    /// <param name="parent">The conversation that they work for.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="requests">The work.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>What became of each, with the event that tells of it, to be appended to the parent's stream by the caller.</returns>
    public async Task<IReadOnlyList<StartedSubagent>> Execute(
        Transaction transaction,
        LockedConversation parent,
        SubagentCaller caller,
        IReadOnlyList<SubagentRequest> requests,
        CancellationToken cancellationToken)
    {
        var settings = await CodeSettingStore.Read(transaction.Connection, cancellationToken);
        var known = await SubagentStore.Calls(transaction.Connection, caller.TaskId, cancellationToken);
        var wanted = requests.Where(request => !known.Contains((request.Step, request.CallId))).ToList();
        var room = settings.MaxSubagents - await SubagentStore.CountOpen(transaction.Connection, parent.Id, cancellationToken);
        var budget = await SubagentBudget.Share(transaction.Connection, parent.Id, settings, wanted.Count, cancellationToken);
        var started = new List<StartedSubagent>();
        foreach (var request in wanted.Select(Storable))
        {
            try
            {
                if (room-- <= 0)
                    throw new SubagentRefusal($"{settings.MaxSubagents} subagents of this session work already, which is the limit.");
                var child = await Start(transaction, parent, caller, request, settings, budget, cancellationToken);
                started.Add(new StartedSubagent(SubagentEvents.Started(caller, child, request), child, Refusal: ""));
            }
            catch (Exception refusal) when (refusal is SubagentRefusal or EngineException)
            {
                started.Add(
                    new StartedSubagent(SubagentEvents.Refused(caller, request, refusal.Message), ConversationId: null, refusal.Message));
            }
        }
        return started;
    }

    private async Task<Guid> Start(
        Transaction transaction,
        LockedConversation parent,
        SubagentCaller caller,
        SubagentRequest request,
        CodeSettings settings,
        SubagentBudget budget,
        CancellationToken cancellationToken)
    {
        if (budget.IsUsedUp)
            throw new SubagentRefusal("The session's budget is used up.");
        var agent = await agents.Runnable(transaction, request.AgentId, cancellationToken);
        var model = agent.Definition is { Model.Length: 0, NamesProvider: false } ? parent.Model : ModelChoice.None;
        var child = new NewConversation(
            Guid.CreateVersion7(), request.Title, agent.Id, model, parent.Workspace, caller.Principal, parent.Id)
        { IsSubagent = true };
        var message = new NewMessage { Content = request.Prompt, Principal = caller.Principal, Unattended = caller.Unattended };
        var locked = LockedConversation.Of(child);
        var context = await plan.Make(transaction, locked, message, agent, cancellationToken);
        context = context with { Turn = context.Turn! with { BudgetMicros = budget.Micros, Ceiling = caller.Ceiling } };
        var inherited = await ConversationLog.Decisions(transaction.Connection, parent.Id, cancellationToken);
        transaction.Defer(ConversationStore.Insert(child));
        Guid? run = caller.TaskId is null ? null : caller.RunId;
        var (task, turn) = await start.Execute(transaction, locked, message, agent, context, run, [], cancellationToken);
        transaction.Defer(SubagentStore.Insert(child.Id, caller, request with { AgentId = agent.Id }, task, settings));
        await log.Append(
            transaction,
            [new StreamAppend(child.Id, [ConversationEvents.Created(child), .. inherited, .. turn], IsNew: true)],
            cancellationToken);
        return child.Id;
    }

    private static SubagentRequest Storable(SubagentRequest request)
    {
        var prompt = StorableText.Of(request.Prompt);
        var title = StorableText.Of(request.Title.Length > 0 ? request.Title : prompt).ReplaceLineEndings(" ").Trim();
        return request with { CallId = StorableText.Of(request.CallId), Title = StorableText.Cut(title, LongestTitle), Prompt = prompt };
    }

    private sealed class SubagentRefusal(string message) : Exception(message);
}

/// <summary>What became of a subagent that was to be started. Without a conversation it was refused.</summary>
internal sealed record StartedSubagent(NewEvent Event, Guid? ConversationId, string Refusal);
