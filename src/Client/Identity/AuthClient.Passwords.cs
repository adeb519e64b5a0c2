using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Identity;

public sealed partial class AuthClient
{
    /// <summary>Sets a new password. Every other session ends.</summary>
    public Task<Done> ChangePasswordAsync(string current, string wanted, CancellationToken cancellation = default) => _calls.RunAsync(
        o => _service.ChangePasswordAsync(new() { CurrentPassword = current, NewPassword = wanted }, o), Repeat.Never, cancellation);

    /// <summary>Sets a new password with a recovery code. Every session ends, and so do the other codes.</summary>
    public Task<Done> RecoverPasswordAsync(
        string identifier, string recoveryCode, string wanted, CancellationToken cancellation = default) =>
        _calls.RunAsync(
            o => _service.RecoverPasswordAsync(new() { Identifier = identifier, RecoveryCode = recoveryCode, NewPassword = wanted }, o),
            Repeat.Never,
            cancellation);

    /// <summary>Says how many recovery codes are left.</summary>
    public Task<RecoveryCodeCount> GetRecoveryCodesAsync(CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.GetRecoveryCodesAsync(new(), o), Repeat.WhenSafe, cancellation);

    /// <summary>Gives ten new recovery codes; what is left of the old ones ends.</summary>
    public Task<RecoveryCodes> RegenerateRecoveryCodesAsync(string password, CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.RegenerateRecoveryCodesAsync(new() { CurrentPassword = password }, o), Repeat.Never, cancellation);

    /// <summary>Changes the name for people.</summary>
    public Task<Operator> UpdateProfileAsync(string displayName, CancellationToken cancellation = default) =>
        _calls.RunAsync(o => _service.UpdateProfileAsync(new() { DisplayName = displayName }, o), Repeat.WhenSafe, cancellation);
}
