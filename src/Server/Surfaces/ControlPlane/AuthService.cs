using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Sessions;
using Koda.Server.Engine.SetupCodes;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Registers the owner, signs people in and out, and keeps sessions and tokens.</summary>
internal sealed partial class AuthService(
    IssueSetupCode issueSetupCode,
    ExchangeSetupCode exchangeSetupCode,
    RegisterOwner registerOwner,
    SignIn signIn,
    ReadAuthStatus readAuthStatus,
    ListSessions listSessions,
    RevokeSession revokeSession,
    CreateToken createToken,
    ListTokens listTokens,
    RevokeToken revokeToken,
    ChangePassword changePassword,
    RecoverPassword recoverPassword,
    CountRecoveryCodes countRecoveryCodes,
    RegenerateRecoveryCodes regenerateRecoveryCodes,
    UpdateProfile updateProfile,
    LoopbackTrust loopbackTrust,
    SessionCookie cookie) : Wire.AuthService.AuthServiceBase
{
    public override async Task<Wire.AuthStatus> GetAuthStatus(Wire.GetAuthStatusRequest request, ServerCallContext context) =>
        AuthViews.Status(await readAuthStatus.Execute(context.CancellationToken), CallerOf(context), loopbackTrust.IsEnabled);

    /// <summary>Where the installation stands, for a person who has just signed in.</summary>
    private async Task<Wire.AuthStatus> StatusFor(OwnerRecord owner, ServerCallContext context) => AuthViews.Status(
        await readAuthStatus.Execute(context.CancellationToken), $"{PrincipalNames.Operator}:{owner.Username}", loopbackTrust.IsEnabled);

    private static AuthenticatedCaller? CallerOf(ServerCallContext context) => (context.GetPrincipal() as AuthenticatedPrincipal)?.Caller;
}
