using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Readiness;

namespace Koda.Server.Engine.Onboarding;

/// <summary>Where the set-up of an installation stands.</summary>
internal sealed record OnboardingState(
    IReadOnlyList<PartState> Parts, bool HasOwner, IReadOnlyList<ConnectionRecord> Providers, IReadOnlyList<AgentRecord> Agents)
{
    public bool IsReady => Parts.All(part => part.IsOk);

    public bool DatabaseReady => IsOk("database") && IsOk("migrations");

    public bool ObjectStorageReady => IsOk("disk");

    public bool StorageReady => DatabaseReady && ObjectStorageReady;

    /// <summary>The offline provider is always there; it counts when a person chose it.</summary>
    public bool ProviderConfigured => Providers.Any(provider => provider.Id != ProviderCatalogue.Offline || provider.IsDefault);

    public bool AgentReady => Agents.Count > 0;

    public bool IsComplete => StorageReady && HasOwner && ProviderConfigured && AgentReady;

    /// <summary>The first thing that is missing; null when nothing is.</summary>
    public OnboardingStep? NextStep =>
        !StorageReady ? OnboardingStep.Storage
        : !HasOwner ? OnboardingStep.Access
        : !ProviderConfigured ? OnboardingStep.Provider
        : !AgentReady ? OnboardingStep.Agent
        : null;

    private bool IsOk(string name) => Parts.Any(part => part.Name == name && part.IsOk);
}

/// <summary>A step of the set-up, in their order.</summary>
internal enum OnboardingStep
{
    Storage,
    Access,
    Provider,
    Agent,
}
