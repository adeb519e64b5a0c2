using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Onboarding;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Leads from a fresh server to the first task.</summary>
internal sealed class OnboardingService(
    ReadOnboarding readOnboarding,
    BootstrapInstallation bootstrap,
    LoopbackTrust loopbackTrust,
    SessionCookie cookie) : Wire.OnboardingService.OnboardingServiceBase
{
    public override async Task<Wire.OnboardingStatus> GetOnboardingStatus(
        Wire.GetOnboardingStatusRequest request,
        ServerCallContext context) => OnboardingViews.From(await readOnboarding.Execute(context.CancellationToken), MaySeeLists(context));

    public override async Task<Wire.BootstrapResponse> Bootstrap(Wire.BootstrapRequest request, ServerCallContext context)
    {
        var reply = await OnceReply.Of(
            request,
            context,
            (Bootstrapped done) =>
                new Wire.BootstrapResponse
                {
                    Applied = { done.Applied },
                    SessionToken = done.Owner?.SessionSecret ?? "",
                    DeviceToken = done.Owner?.DeviceSecret ?? "",
                    RecoveryCodes = { done.Owner?.RecoveryCodes ?? [] },
                },
            (key, encode) =>
                bootstrap.Execute(
                    Plan(request),
                    loopbackTrust.Covers(context.GetHttpContext()),
                    context.GetPrincipal().Scopes,
                    CallerReading.From(context),
                    key,
                    encode,
                    context.CancellationToken));
        if (reply.SessionToken.Length > 0)
        {
            cookie.Set(context.GetHttpContext(), reply.SessionToken);
            DeviceCookie.Set(context.GetHttpContext(), cookie, reply.DeviceToken);
        }
        var state = await readOnboarding.Execute(context.CancellationToken);
        reply.Status = OnboardingViews.From(state, withLists: reply.SessionToken.Length > 0 || MaySeeLists(context));
        return reply;
    }

    private static bool MaySeeLists(ServerCallContext context) => context.GetPrincipal().Scopes.Contains("settings.read");

    private static BootstrapPlan Plan(Wire.BootstrapRequest request) =>
        new(
            request.Access is { } access
                ? new OwnerRegistration(
                    access.RegistrationToken,
                    access.BootstrapCode,
                    access.Username.Trim(),
                    access.Email.Trim(),
                    access.Password,
                    access.DisplayName)
                : null,
            request.Provider is { } provider
                ? new ConnectRequest(provider.ProviderId, provider.Local ? AuthMode.Local : AuthMode.ApiKey)
                {
                    ApiKey = provider.ApiKey,
                    BaseUrl = provider.BaseUrl.Length > 0 ? provider.BaseUrl : null,
                    DefaultModel = provider.DefaultModel.Length > 0 ? provider.DefaultModel : null,
                    VerifyAfterSave = provider.Verify,
                }
                : null,
            request.Agent is { } agent
                ? new BootstrapAgent(
                    agent.AgentId,
                    agent.Definition is { } definition ? DefinitionReading.From(agent.AgentId, definition) : null,
                    agent.Definition?.Provider?.ApiKey ?? "")
                : null);
}
