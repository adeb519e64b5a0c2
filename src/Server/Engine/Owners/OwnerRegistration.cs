using System.Text.RegularExpressions;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Owners;

/// <summary>What the first caller says about the owner.</summary>
internal sealed partial record OwnerRegistration(
    string RegistrationToken, string SetupCode, string Username, string Email, string Password, string DisplayName)
{
    private const int MaxEmail = 254;

    /// <exception cref="EngineException">INVALID_REQUEST with everything that is wrong; PASSWORD_POLICY when only the password
    /// is.</exception>
    public void Check()
    {
        var faults = new Dictionary<string, string>();
        if (!UsernameForm().IsMatch(Username))
            faults["username"] = "must be 2 to 64 letters, digits, dots, dashes and underscores, a letter or digit first";
        if (Email.Length > MaxEmail || !EmailForm().IsMatch(Email))
            faults["email"] = "must be an e-mail address";
        if (OwnerRules.DisplayNameFault(DisplayName) is { } name)
            faults["display_name"] = name;
        if (PasswordPolicy.Faults(Password, Username, Email) is { Count: > 0 } password)
            faults["password"] = string.Join("; ", password);
        if (faults.Count == 0)
            return;
        throw faults.Count == 1 && faults.TryGetValue("password", out var only)
            ? new EngineException(ErrorReason.PasswordPolicy, $"The password {only}.", faults)
            : new EngineException(ErrorReason.InvalidRequest, "The owner cannot be registered as described.", faults);
    }

    [GeneratedRegex("^[A-Za-z0-9][A-Za-z0-9._-]{1,63}$")]
    private static partial Regex UsernameForm();

    [GeneratedRegex(@"^[^\s@\p{Cc}]+@[^\s@\p{Cc}]+$")]
    private static partial Regex EmailForm();
}
