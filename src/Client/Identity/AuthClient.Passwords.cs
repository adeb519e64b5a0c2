using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Identity;

public sealed partial class AuthClient
{
    /// <summary>Sets a new password. Every other session ends.</summary>
    public Task<Done> ChangePasswordAsync(string current, string wanted, CancellationToken cancellationToken = default) => _calls.Run(
        o => _service.ChangePasswordAsync(new() { CurrentPassword = current, NewPassword = wanted }, o), Repeat.Never, cancellationToken);

    /// <summary>Sets a new password with a recovery code. Every session ends, and so do the other codes.</summary>
    public Task<Done> RecoverPasswordAsync(
        string identifier, string recoveryCode, string wanted, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _service.RecoverPasswordAsync(new() { Identifier = identifier, RecoveryCode = recoveryCode, NewPassword = wanted }, o),
            Repeat.Never,
            cancellationToken);

    /// <summary>Says how many recovery codes are left.</summary>
    public Task<RecoveryCodeCount> GetRecoveryCodesAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.GetRecoveryCodesAsync(new(), o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Gives ten new recovery codes; what is left of the old ones ends.</summary>
    public Task<RecoveryCodes> RegenerateRecoveryCodesAsync(string password, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.RegenerateRecoveryCodesAsync(new() { CurrentPassword = password }, o), Repeat.Never, cancellationToken);

    /// <summary>Changes the name for people.</summary>
    public Task<Operator> UpdateProfileAsync(string displayName, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _service.UpdateProfileAsync(new() { DisplayName = displayName }, o), Repeat.WhenSafe, cancellationToken);
}
