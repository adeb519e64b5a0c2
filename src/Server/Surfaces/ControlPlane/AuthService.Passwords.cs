using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Owners;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Keeps the owner's password, recovery codes and profile.</summary>
internal sealed partial class AuthService
{
    public override async Task<Wire.Done> ChangePassword(Wire.ChangePasswordRequest request, ServerCallContext context)
    {
        await changePassword.Execute(request.CurrentPassword, request.NewPassword, CallerReading.From(context), context.CancellationToken);
        return new Wire.Done { Ok = true };
    }

    public override async Task<Wire.Done> RecoverPassword(Wire.RecoverPasswordRequest request, ServerCallContext context)
    {
        var device = await recoverPassword.Execute(
            request.Identifier, request.RecoveryCode, request.NewPassword, CallerReading.From(context), context.CancellationToken);
        cookie.Clear(context.GetHttpContext());
        DeviceCookie.Set(context.GetHttpContext(), cookie, device);
        return new Wire.Done { Ok = true };
    }

    public override async Task<Wire.RecoveryCodeCount> GetRecoveryCodes(Wire.GetRecoveryCodesRequest request, ServerCallContext context)
    {
        var left = await countRecoveryCodes.Execute(context.CancellationToken);
        return new Wire.RecoveryCodeCount
        {
            Total = RecoveryCode.Count,
            Remaining = left.Remaining,
            CreatedAt = left.CreatedAt is { } time ? Timestamp.FromDateTime(time) : null,
        };
    }

    public override async Task<Wire.RecoveryCodes> RegenerateRecoveryCodes(
        Wire.RegenerateRecoveryCodesRequest request, ServerCallContext context)
    {
        var codes = await regenerateRecoveryCodes.Execute(request.CurrentPassword, CallerReading.From(context), context.CancellationToken);
        return new Wire.RecoveryCodes { Ok = true, RecoveryCodes_ = { codes } };
    }

    public override async Task<Wire.Operator> UpdateProfile(Wire.UpdateProfileRequest request, ServerCallContext context) =>
        AuthViews.Operator(await updateProfile.Execute(request.DisplayName, CallerReading.From(context), context.CancellationToken));
}
