using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Audit;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Signs people in and out.</summary>
internal sealed partial class AuthService
{
    public override async Task<Wire.LoggedIn> Login(Wire.LoginRequest request, ServerCallContext context)
    {
        var http = context.GetHttpContext();
        var signedIn = await signIn.Execute(
            request.Identifier, request.Password, DeviceCookie.Read(http), CallerReading.From(context), context.CancellationToken);
        cookie.Set(http, signedIn.SessionSecret);
        DeviceCookie.Set(http, cookie, signedIn.DeviceSecret);
        return new Wire.LoggedIn
        {
            Ok = true,
            Operator = AuthViews.Operator(signedIn.Owner),
            SessionToken = signedIn.SessionSecret,
            DeviceToken = signedIn.DeviceSecret,
            Auth = await StatusFor(signedIn.Owner, context),
        };
    }

    public override async Task<Wire.Done> Logout(Wire.LogoutRequest request, ServerCallContext context)
    {
        if (CallerOf(context) is { Credential: CredentialKind.Session, CredentialId: { } session })
            await revokeSession.Execute(session, CallerReading.From(context), context.CancellationToken);
        cookie.Clear(context.GetHttpContext());
        return new Wire.Done { Ok = true };
    }

    public override async Task<Wire.ListSessionsResponse> ListSessions(Wire.ListSessionsRequest request, ServerCallContext context)
    {
        var page = await listSessions.Execute(request.Limit, request.Cursor, context.CancellationToken);
        var current = CallerOf(context)?.CredentialId;
        return new Wire.ListSessionsResponse
        {
            Items = { page.Items.Select(session => AuthViews.Session(session, current)) },
            NextCursor = page.NextCursor ?? "",
        };
    }

    public override async Task<Wire.Done> RevokeSession(Wire.RevokeSessionRequest request, ServerCallContext context)
    {
        var id = Guid.TryParse(request.SessionId, out var given)
            ? given
            : throw new EngineException(ErrorReason.SessionNotFound, $"There is no session {request.SessionId}.");
        await revokeSession.Execute(id, CallerReading.From(context), context.CancellationToken);
        return new Wire.Done { Ok = true };
    }
}
