using Koda.Protos.Common.V1;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Settings;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Onboarding;

/// <summary>What is to be set up. Null: left as it is.</summary>
internal sealed record BootstrapPlan(OwnerRegistration? Access, ConnectRequest? Provider, BootstrapAgent? Agent);

/// <summary>An agent to publish; without a definition, one that is there.</summary>
internal sealed record BootstrapAgent(string Id, AgentDefinition? Definition, string ProviderApiKey);

/// <summary>What was set up, and what is told once.</summary>
internal sealed record Bootstrapped(IReadOnlyList<string> Applied, RegisteredOwner? Owner);

/// <summary>Sets up an installation: owner, provider and agent in one transaction, as far as they are given.</summary>
internal sealed class BootstrapInstallation(
    ReadOnboarding onboarding,
    RunOnce once,
    RegisterOwner registerOwner,
    ConnectProvider connectProvider,
    ApplyAgent applyAgent,
    AgentCatalog agents,
    ChangeSettings changeSettings)
{
    /// <param name="plan">What is to be set up.</param>
    /// <param name="isTrusted">The caller may register the owner without a code.</param>
    /// <param name="scopes">What the caller may do.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">The caller's idempotency key.</param>
    /// <param name="encode">Writes the answer that is stored for the key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException"> UNAUTHENTICATED, PERMISSION_DENIED; and those of registering an owner, connecting a provider and
    /// applying an agent: then nothing was done.
    /// </exception>
    public async Task<Answer<Bootstrapped>> Execute(
        BootstrapPlan plan,
        bool isTrusted,
        IReadOnlySet<string> scopes,
        Caller caller,
        IdempotencyKey? key,
        Func<Bootstrapped, byte[]> encode,
        CancellationToken cancellationToken)
    {
        if (await once.Find<Bootstrapped>(key, cancellationToken) is { } replayed)
            return replayed;
        var state = await onboarding.Execute(cancellationToken);
        if (state.IsComplete)
            return new Answer<Bootstrapped>(new Bootstrapped([], null), null);
        if (state.HasOwner || plan.Access is null)
            Require(plan, scopes);
        if (plan.Agent is { Definition: null } picked)
            await agents.Runnable(picked.Id, cancellationToken);
        // Before a stranger is believed, nothing is asked of anybody on his behalf.
        if (plan.Access is { } claimed && !isTrusted)
            await registerOwner.RequireCode(claimed, caller, cancellationToken);
        var provider = plan.Provider is { IsOffline: false } asked ? await connectProvider.Check(caller, asked, cancellationToken) : null;
        if (plan.Access is not { } access)
            return await once.Execute(
                key, encode, (transaction, token) => Apply(transaction, plan, provider, null, caller, token), cancellationToken);
        return await registerOwner.Execute(
            access,
            isTrusted,
            caller,
            key,
            encode,
            (transaction, owner, token) => Apply(transaction, plan, provider, owner, caller, token),
            cancellationToken);
    }

    private async Task<Bootstrapped> Apply(
        Transaction transaction,
        BootstrapPlan plan,
        CheckedConnection? provider,
        RegisteredOwner? owner,
        Caller caller,
        CancellationToken cancellationToken)
    {
        var applied = new List<string>();
        if (owner is not null)
            applied.Add("access");
        if (provider is not null)
            await connectProvider.Store(transaction, caller, provider, cancellationToken);
        if (plan.Provider is not null)
        {
            await ProviderStore.SetDefault(
                transaction, provider?.Saved.Id ?? ProviderCatalogue.Offline, chosen: true, model: null, cancellationToken);
            applied.Add("provider");
        }
        if (plan.Agent is { } agent)
        {
            if (agent.Definition is { } definition)
                await applyAgent.Execute(transaction, caller, agent.Id, definition, agent.ProviderApiKey, cancellationToken);
            await changeSettings.Execute(
                transaction,
                0,
                settings => settings with { Defaults = settings.Defaults with { AgentId = agent.Id } },
                caller,
                cancellationToken);
            applied.Add("agent");
        }
        return new Bootstrapped(applied, owner);
    }

    private static void Require(BootstrapPlan plan, IReadOnlySet<string> scopes)
    {
        string[] needed =
        [
            .. plan.Provider is null ? Array.Empty<string>() : ["providers.write"],
            .. plan.Agent is null ? Array.Empty<string>() : ["agents.write", "settings.write"],
        ];
        if (needed.Length > 0 && scopes.Count == 0)
            throw new EngineException(
                ErrorReason.Unauthenticated, "The call needs a credential, or the setup code and the owner's data in access.");
        var missing = needed.Where(scope => !scopes.Contains(scope)).ToArray();
        if (missing.Length > 0)
            throw new EngineException(ErrorReason.PermissionDenied, $"The call needs the scopes {string.Join(", ", missing)}.");
    }
}
