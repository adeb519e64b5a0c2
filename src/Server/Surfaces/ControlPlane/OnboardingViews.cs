using Koda.Server.Engine.Onboarding;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The state of the set-up for the wire, with the ways to do what comes next.</summary>
internal static class OnboardingViews
{
    private static readonly string s_version = typeof(OnboardingViews).Assembly.GetName().Version!.ToString(fieldCount: 3);

    public static Wire.OnboardingStatus From(OnboardingState state, bool withLists) =>
        new()
        {
            ControlPlane = new Wire.ControlPlaneState
            {
                Ready = state.IsReady,
                Reasons = { state.Parts.Where(part => !part.IsOk).Select(part => part.Reason) },
            },
            Storage = new Wire.StorageState { Database = state.DatabaseReady, ObjectStorage = state.ObjectStorageReady },
            Providers =
            {
                withLists
                    ? state.Providers.Select(provider => new Wire.OnboardingProvider
                    {
                        ProviderId = provider.Id,
                        Title = provider.Title,
                        Verified = provider.Verified,
                    })
                    : [],
            },
            Agents =
            {
                withLists
                    ? state.Agents.Select(agent => new Wire.OnboardingAgent { AgentId = agent.Id, Version = agent.PublishedVersion ?? 0 })
                    : [],
            },
            System = new Wire.SystemState { Version = s_version },
            Steps = new Wire.OnboardingSteps
            {
                StorageReady = state.StorageReady,
                AccessConfigured = state.HasOwner,
                ProviderConfigured = state.ProviderConfigured,
                AgentReady = state.AgentReady,
                OnboardingComplete = state.IsComplete,
            },
            NextStep = state.NextStep is { } step ? Step(step) : null,
            OpenapiUrl = "/openapi/control-plane.json",
            SetupUrl = "/docs",
        };

    private static Wire.OnboardingStep Step(OnboardingStep step) =>
        step switch
        {
            OnboardingStep.Storage => new()
            {
                Id = "storage",
                Title = "Make the database and the disk ready",
                Command = "koda doctor",
                Method = "GET",
                Path = "/api/runtime/ready",
            },
            OnboardingStep.Access => new()
            {
                Id = "access",
                Title = "Register the owner",
                Command = "koda register USERNAME EMAIL",
                Method = "POST",
                Path = "/api/control-plane/auth/register-owner",
            },
            OnboardingStep.Provider => new()
            {
                Id = "provider",
                Title = "Connect a model provider, or choose the offline one",
                Command = "koda providers connect anthropic --key-stdin",
                Method = "PUT",
                Path = "/api/control-plane/providers/{provider_id}/connection/api-key",
            },
            _ => new()
            {
                Id = "agent",
                Title = "Publish an agent",
                Command = "koda agents apply agent.yaml",
                Method = "PUT",
                Path = "/api/control-plane/agents/{agent_id}",
            },
        };
}
