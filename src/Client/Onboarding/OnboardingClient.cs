using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Onboarding;

/// <summary>Leads from a fresh server to the first task.</summary>
public sealed class OnboardingClient
{
    private readonly CallRunner _calls;
    private readonly OnboardingService.OnboardingServiceClient _onboarding;

    internal OnboardingClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _onboarding = new(invoker);
    }

    /// <summary>Tells where the set-up stands and what comes next.</summary>
    public Task<OnboardingStatus> GetStatusAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _onboarding.GetOnboardingStatusAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Registers the owner, connects a provider and publishes an agent, as far as they are given: all of them or none.</summary>
    public Task<BootstrapResponse> BootstrapAsync(BootstrapRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _onboarding.BootstrapAsync(request, o), Repeat.Never, cancellationToken);
}
