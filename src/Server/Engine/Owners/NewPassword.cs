using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Owners;

/// <summary>Judges a password that replaces another one.</summary>
internal static class NewPassword
{
    /// <exception cref="EngineException">PASSWORD_POLICY with everything that it lacks.</exception>
    public static void Check(string password, string username, string email)
    {
        if (PasswordPolicy.Faults(password, username, email) is not { Count: > 0 } faults)
            return;
        var problem = string.Join("; ", faults);
        throw new EngineException(
            ErrorReason.PasswordPolicy, $"The new password {problem}.", new Dictionary<string, string> { ["new_password"] = problem });
    }
}
