using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Sessions;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>Sets a new password for who knows the current one, and ends all other sessions.</summary>
internal sealed class ChangePassword(
    Database database, ProvePassword prove, PasswordHash passwords, RevokeSession revokeSession, AuditLog audit)
{
    private const string Kind = "security.auth.password_changed";

    /// <exception cref="EngineException">OWNER_MISSING, INVALID_CREDENTIALS, ACCOUNT_LOCKED, PASSWORD_POLICY.</exception>
    public async Task Execute(string current, string wanted, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await prove.Execute(current, Kind, caller, cancellationToken);
        NewPassword.Check(wanted, owner.Username, owner.Email);
        var hash = await passwords.Derive(wanted, cancellationToken);
        await database.InTransaction(
            async (transaction, token) =>
            {
                if (!await OwnerStore.SetPassword(transaction, owner, hash, token))
                    throw new EngineException(ErrorReason.InvalidCredentials, "The password was changed meanwhile.");
                var mine = caller.Credential == CredentialKind.Session ? caller.CredentialId : null;
                await audit.Record(transaction, caller, new SecurityEvent(Kind, ""), token);
                await revokeSession.All(transaction, owner.PrincipalId, except: mine, caller, token);
            },
            cancellationToken);
    }
}
