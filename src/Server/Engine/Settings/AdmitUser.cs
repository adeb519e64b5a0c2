using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Principals;

namespace Koda.Server.Engine.Settings;

/// <summary>
/// Keeps out tokens that the owner's list of users does not name. What this machine itself uses is always let in, or nobody could mend the
/// list.
/// </summary>
internal sealed class AdmitUser(CurrentSettings settings)
{
    private static readonly string[] s_ownFiles = [EnsureTokenFiles.OperatorFile, EnsureTokenFiles.WorkerFile];

    /// <exception cref="EngineException">PERMISSION_DENIED: there is a list, and the token is not on it.</exception>
    public async ValueTask Execute(AuthenticatedCaller caller, CancellationToken cancellationToken)
    {
        if (caller.Credential != CredentialKind.Token || s_ownFiles.Contains(caller.TokenName))
            return;
        var allowed = (await settings.Read(cancellationToken)).AllowedUsers;
        if (allowed.Count > 0 && !allowed.Contains(caller.TokenName, StringComparer.Ordinal))
        {
            throw new EngineException(
                ErrorReason.PermissionDenied,
                $"The owner lets certain users in, and '{caller.TokenName}' is not one of them.",
                new Dictionary<string, string> { ["user"] = caller.TokenName });
        }
    }
}
