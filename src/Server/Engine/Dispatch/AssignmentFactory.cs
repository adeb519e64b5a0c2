using System.Collections.Concurrent;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Settings;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// Makes of a claimed task what a worker needs: the agent as it was when the task was submitted, with the task's overrides.
/// </summary>
internal sealed class AssignmentFactory(
    Database database, AgentCatalog agents, AgentProviders providers, CurrentSettings settings, TimeProvider clock)
{
    // A connection that changes reaches new attempts after this time; reading it for each would cost a query each.
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(2);

    // More agents at once than this are read anew; those that were read longer ago than that would be anyway.
    private const int MostKept = 1000;

    private static readonly Answering s_none = new(new ProviderRecord("offline", "offline", "", HasKey: false, "{}"), "", 0, 0);

    private readonly ConcurrentDictionary<
        (string Agent, int Version, string Connection, string Model),
        (Answering Answering, long ReadAt)
    > _known = new();

    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async ValueTask<Assignment> Create(ClaimedAttempt claimed, CancellationToken cancellationToken)
    {
        var task = claimed.Task;
        var common = await settings.Read(cancellationToken);
        var definition = common.Complete(await agents.Definition(task.AgentId, task.AgentVersion, cancellationToken));
        var answering = await Read(claimed, definition, cancellationToken);
        // A first attempt has nothing to go on from, unless there were turns before it.
        var journal = task.Attempt == 1 && task.Context.Turn is null ? 0 : claimed.JournalLength;
        return new Assignment(
            claimed.Attempt,
            task.Id,
            task.RunId,
            task.Attempt,
            task.Query,
            Spec(claimed, definition, answering),
            task.Workspace,
            journal,
            task.Traceparent,
            task.Metadata)
        {
            Turn = task.Context.Turn,
            Operation = task.Context.Operation,
            // A turn goes on with what held when it began.
            ContextTokens = task.Context.Turn?.ContextTokens ?? answering.ContextTokens,
            CompactionPercent = task.Context.Turn?.CompactionPercent ?? answering.CompactionPercent,
        };
    }

    private async ValueTask<Answering> Read(ClaimedAttempt claimed, AgentDefinition definition, CancellationToken cancellationToken)
    {
        var context = claimed.Task.Context;
        if (context.Operation is not null)
            return s_none;
        var key = (claimed.Task.AgentId, claimed.Task.AgentVersion, context.Provider, context.Model);
        if (_known.TryGetValue(key, out var known) && clock.GetElapsedTime(known.ReadAt) < s_keptFor)
            return known.Answering;
        var provider = await providers.Resolve(database, claimed.Task.AgentId, definition, context.Provider, cancellationToken);
        var model = context.Model.Length > 0 ? context.Model : definition.Model.Length > 0 ? definition.Model : provider.DefaultModel;
        var facts = (await ModelStore.Find(database, provider.Id, [model], cancellationToken)).SingleOrDefault();
        var sessions = await database.Read(CodeSettingStore.Read, cancellationToken);
        var answering = new Answering(provider, model, facts?.ContextTokens ?? provider.ContextTokens, sessions.CompactionPercent);
        if (_known.Count >= MostKept)
            _known.Clear();
        _known[key] = (answering, clock.GetTimestamp());
        return answering;
    }

    private static AgentSpec Spec(ClaimedAttempt claimed, AgentDefinition definition, Answering answering)
    {
        var context = claimed.Task.Context;
        var limits = definition.Limits with
        {
            TimeoutSeconds = context.TimeoutSeconds > 0 ? context.TimeoutSeconds : definition.Limits.TimeoutSeconds,
            MaxCostMicros = context.MaxCostMicros > 0 ? context.MaxCostMicros : definition.Limits.MaxCostMicros,
        };
        return new AgentSpec(
            claimed.Task.AgentId,
            claimed.Task.AgentVersion,
            answering.Provider.Kind,
            answering.Model,
            definition.SystemPrompt,
            definition.Tools,
            definition.Permissions,
            limits,
            AgentProviders.Options(answering.Provider, definition),
            definition.Skills);
    }

    /// <summary>Who answers an attempt, and how much of its conversation that is told.</summary>
    private sealed record Answering(ProviderRecord Provider, string Model, long ContextTokens, int CompactionPercent);
}
