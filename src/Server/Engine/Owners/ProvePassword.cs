using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>
/// Asks the owner for the current password before an act that a stolen session must not do. A session that fails too often has to wait like
/// an address that does.
/// </summary>
internal sealed class ProvePassword(
    Database database, OwnerStore owners, PasswordHash passwords, SignInGuard guard, AuditLog audit, RefusalDelay delay)
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
        var tried = await guard.BeginAgain(owner, caller, cancellationToken);
        if (tried.Refusal is null && await passwords.Verify(password, owner.PasswordHash, cancellationToken))
        {
            await database.InTransaction((transaction, token) => SignInGuard.Succeed(transaction, tried, token), cancellationToken);
            return owner;
        }
        await audit.Record(
            caller,
            new SecurityEvent(kind, "", tried.Refusal is null ? SecurityOutcome.Failure : SecurityOutcome.Denied),
            cancellationToken);
        await delay.Wait(started, cancellationToken);
        throw tried.Refusal is { } wait
            ? new EngineException(
                ErrorReason.AccountLocked, "Too many attempts failed; the password is not looked at for some time.", retryAfter: wait)
            : new EngineException(ErrorReason.InvalidCredentials, "The current password is wrong.");
    }
}
