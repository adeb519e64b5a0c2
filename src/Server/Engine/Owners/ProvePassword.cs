using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>
/// Asks the owner for the current password before an act that a stolen session must not do. A wrong one counts as a failed sign-in, so that a session is
/// no way around the lock.
/// </summary>
internal sealed class ProvePassword(Database database, OwnerStore owners, PasswordHash passwords, AuditLog audit, RefusalDelay delay)
{
    /// <param name="password">What the caller says the password is.</param>
    /// <param name="kind">The kind of the security event that a refusal is recorded as.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">OWNER_MISSING, INVALID_CREDENTIALS, ACCOUNT_LOCKED.</exception>
    public async Task<OwnerRecord> Execute(string password, string kind, Caller caller, CancellationToken cancellationToken)
    {
        var started = delay.Start();
        var owner = await owners.Find(cancellationToken)
            ?? throw new EngineException(ErrorReason.OwnerMissing, "There is no owner yet.");
        var isRight = await passwords.Verify(password, owner.PasswordHash, cancellationToken);
        var subject = SignInLock.Subject(owner, "");
        var refusal = await database.InTransaction(
            async (transaction, token) =>
            {
                var left = await SignInLock.Remaining(transaction, subject, token);
                if (left is null && isRight)
                    return null;
                if (left is null)
                    await SignInLock.Fail(transaction, subject, token);
                await audit.Record(transaction, caller, new SecurityEvent(kind, "", left is null ? SecurityOutcome.Failure : SecurityOutcome.Denied), token);
                return left is { } wait
                    ? new EngineException(ErrorReason.AccountLocked, "Too many attempts failed; the account is locked for some time.", retryAfter: wait)
                    : new EngineException(ErrorReason.InvalidCredentials, "The current password is wrong.");
            },
            cancellationToken);
        if (refusal is null)
            return owner;
        await delay.Wait(started, cancellationToken);
        throw refusal;
    }
}
