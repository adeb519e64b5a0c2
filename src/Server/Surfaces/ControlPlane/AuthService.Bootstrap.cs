using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.SetupCodes;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Makes the first caller with a setup code the owner.</summary>
internal sealed partial class AuthService
{
    public override Task<Wire.SetupCode> IssueSetupCode(Wire.IssueSetupCodeRequest request, ServerCallContext context) => OnceReply.Of(
        request,
        context,
        (IssuedSetupCode issued) => new Wire.SetupCode { Code = issued.Code, ExpiresAt = Timestamp.FromDateTime(issued.ExpiresAt) },
        (key, encode) => issueSetupCode.Execute(CallerReading.From(context), key, encode, context.CancellationToken));

    public override async Task<Wire.ExchangedSetupCode> ExchangeSetupCode(Wire.ExchangeSetupCodeRequest request, ServerCallContext context)
    {
        var token = await exchangeSetupCode.Execute(request.Code, CallerReading.From(context), context.CancellationToken);
        return new Wire.ExchangedSetupCode
        {
            Ok = true,
            RegistrationToken = token.Text,
            ExpiresAt = Timestamp.FromDateTime(token.ExpiresAt),
        };
    }

    public override async Task<Wire.RegisteredOwner> RegisterOwner(Wire.RegisterOwnerRequest request, ServerCallContext context)
    {
        var registration = new OwnerRegistration(
            request.RegistrationToken,
            request.BootstrapCode,
            request.Username.Trim(),
            request.Email.Trim(),
            request.Password,
            request.DisplayName);
        var reply = await OnceReply.Of(
            request,
            context,
            (RegisteredOwner registered) =>
                new Wire.RegisteredOwner
                {
                    Ok = true,
                    Operator = AuthViews.Operator(registered.Owner),
                    SessionToken = registered.SessionSecret,
                    DeviceToken = registered.DeviceSecret,
                    RecoveryCodes = { registered.RecoveryCodes },
                    Auth = AuthViews.Registered(registered.Owner, loopbackTrust.IsEnabled),
                },
            (key, encode) =>
                registerOwner.Execute(
                    registration,
                    loopbackTrust.Covers(context.GetHttpContext()),
                    CallerReading.From(context),
                    key,
                    encode,
                    context.CancellationToken));
        cookie.Set(context.GetHttpContext(), reply.SessionToken);
        DeviceCookie.Set(context.GetHttpContext(), cookie, reply.DeviceToken);
        return reply;
    }
}
