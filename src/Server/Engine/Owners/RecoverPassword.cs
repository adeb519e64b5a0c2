using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.Sessions;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>
/// Sets a new password for who has a recovery code, ends all sessions and all other codes, makes the caller's device known, and lets its
/// address sign in at once. An identifier that nobody has and a code that is wrong are answered with the same words after the same work.
/// </summary>
internal sealed class RecoverPassword(
    Database database, OwnerStore owners, PasswordHash passwords, RevokeSession revokeSession, AuditLog audit, RefusalDelay delay)
{
    private const string Kind = "security.auth.password_reset";

    // Stands in for the salt of an owner who does not exist, or has no codes left.
    private static readonly byte[] s_nobody = new byte[16];

    /// <returns>The secret of the caller's device.</returns>
    /// <exception cref="EngineException">INVALID_REQUEST, PASSWORD_POLICY, INVALID_CREDENTIALS.</exception>
    public async Task<string> Execute(string identifier, string code, string wanted, Caller caller, CancellationToken cancellationToken)
    {
        Check(identifier, code);
        // Judged without the owner's name, which the caller may not know.
        NewPassword.Check(wanted, identifier, identifier);
        var started = delay.Start();
        var owner = await owners.Find(cancellationToken);
        var salt = owner is null ? null : await RecoveryCodeStore.Salt(database, owner.PrincipalId, cancellationToken);
        var hash = RecoveryCode.Hash(code, salt ?? s_nobody);
        var password = await passwords.Derive(wanted, cancellationToken);
        var device =
            owner is not null && owner.IsCalled(identifier) ? await Recover(owner, hash, password, caller, cancellationToken) : null;
        if (device is not null)
            return device;
        await audit.Record(caller, new SecurityEvent(Kind, "", SecurityOutcome.Failure), cancellationToken);
        await delay.Wait(started, cancellationToken);
        throw new EngineException(ErrorReason.InvalidCredentials, "The identifier or the recovery code is wrong.");
    }

    private Task<string?> Recover(OwnerRecord owner, byte[] hash, string password, Caller caller, CancellationToken cancellationToken) =>
        database.InTransaction<string?>(
            async (transaction, token) =>
            {
                if (!await RecoveryCodeStore.Redeem(transaction, owner.PrincipalId, hash, token))
                    return null;
                if (!await OwnerStore.SetPassword(transaction, owner, password, token))
                    throw new EngineException(ErrorReason.InvalidCredentials, "The password was changed meanwhile.");
                await SignInGuard.Admit(transaction, owner, caller, token);
                var asOwner = caller with { PrincipalId = owner.PrincipalId.ToString(), Name = owner.Username };
                await audit.Record(transaction, asOwner, new SecurityEvent("security.auth.recovery_code_used", ""), token);
                await audit.Record(transaction, asOwner, new SecurityEvent(Kind, ""), token);
                await revokeSession.All(transaction, owner.PrincipalId, except: null, asOwner, token);
                return await KnownDeviceStore.Insert(transaction, owner.PrincipalId, token);
            },
            cancellationToken);

    private static void Check(string identifier, string code)
    {
        var faults = new Dictionary<string, string>();
        if (identifier.Trim().Length == 0)
            faults["identifier"] = "is required";
        if (code.Trim().Length == 0)
            faults["recovery_code"] = "is required";
        if (faults.Count > 0)
            throw new EngineException(
                ErrorReason.InvalidRequest, "Recovering takes an identifier, a recovery code and a new password.", faults);
    }
}
