using System.Collections.Concurrent;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Settings;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Makes of a claimed task what a worker needs: the agent as it was when the task was submitted, with the task's overrides.</summary>
internal sealed class AssignmentFactory(Database database, AgentCatalog agents, AgentProviders providers, CurrentSettings settings, TimeProvider clock)
{
    // A connection that changes reaches new attempts after this time; reading it for each would cost a query each.
    private static readonly TimeSpan s_keptFor = TimeSpan.FromSeconds(2);

    // More agents at once than this are read anew; those that were read longer ago than that would be anyway.
    private const int MostKept = 1000;

    private static readonly ProviderRecord s_none = new("offline", "offline", "", HasKey: false, "{}");

    private readonly ConcurrentDictionary<(string Agent, int Version, string Override), (ProviderRecord Provider, long ReadAt)> _providers = new();

    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async ValueTask<Assignment> Create(ClaimedAttempt claimed, CancellationToken cancellationToken)
    {
        var task = claimed.Task;
        var common = await settings.Read(cancellationToken);
        var definition = common.Complete(await agents.Definition(task.AgentId, task.AgentVersion, cancellationToken));
        var provider = await Provider(claimed, definition, cancellationToken);
        // A first attempt has nothing to go on from, unless there were turns before it.
        var journal = task.Attempt == 1 && task.Context.Turn is null ? 0 : claimed.JournalLength;
        return new Assignment(
            claimed.Attempt, task.Id, task.RunId, task.Attempt, task.Query, Spec(claimed, definition, provider), task.Workspace, journal, task.Traceparent, task.Metadata)
        {
            Turn = task.Context.Turn,
            Operation = task.Context.Operation,
        };
    }

    private async ValueTask<ProviderRecord> Provider(ClaimedAttempt claimed, AgentDefinition definition, CancellationToken cancellationToken)
    {
        if (claimed.Task.Context.Operation is not null)
            return s_none;
        var key = (claimed.Task.AgentId, claimed.Task.AgentVersion, claimed.Task.Context.Provider);
        if (_providers.TryGetValue(key, out var known) && clock.GetElapsedTime(known.ReadAt) < s_keptFor)
            return known.Provider;
        var provider = await providers.Resolve(database, claimed.Task.AgentId, definition, claimed.Task.Context, cancellationToken);
        if (_providers.Count >= MostKept)
            _providers.Clear();
        _providers[key] = (provider, clock.GetTimestamp());
        return provider;
    }

    private static AgentSpec Spec(ClaimedAttempt claimed, AgentDefinition definition, ProviderRecord provider)
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
            provider.Kind,
            context.Model.Length > 0 ? context.Model : definition.Model.Length > 0 ? definition.Model : provider.DefaultModel,
            definition.SystemPrompt,
            definition.Tools,
            definition.Permissions,
            limits,
            AgentProviders.Options(provider, definition),
            definition.Skills);
    }
}
