using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Sessions;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>A person who signed in, and the secret of the session, which is not kept.</summary>
internal sealed record SignedIn(OwnerRecord Owner, string SessionSecret);

/// <summary>
/// Starts a session for who knows the password. An identifier that nobody has and a password that is wrong are answered with the same words after the
/// same work and the same writes.
/// </summary>
internal sealed class SignIn(
    Database database, OwnerStore owners, PasswordHash passwords, StartSession startSession, AuditLog audit, RefusalDelay delay)
{
    /// <exception cref="EngineException">INVALID_REQUEST, INVALID_CREDENTIALS, ACCOUNT_LOCKED.</exception>
    public async Task<SignedIn> Execute(string identifier, string password, Caller caller, CancellationToken cancellationToken)
    {
        Check(identifier, password);
        var started = delay.Start();
        var found = await owners.Find(cancellationToken);
        var owner = found is not null && found.IsCalled(identifier) ? found : null;
        var isRight = await passwords.Verify(password, owner?.PasswordHash, cancellationToken);
        var subject = SignInLock.Subject(owner, identifier);
        var (signedIn, refusal) = await database.InTransaction<(SignedIn? SignedIn, EngineException? Refusal)>(
            async (transaction, token) =>
            {
                if (await SignInLock.Remaining(transaction, subject, token) is { } left)
                    return (null, await Refuse(transaction, caller, identifier, SecurityOutcome.Denied, Locked(left), token));
                if (owner is null || !isRight)
                {
                    await SignInLock.Fail(transaction, subject, token);
                    return (null, await Refuse(transaction, caller, identifier, SecurityOutcome.Failure, Wrong(), token));
                }

                await SignInLock.Clear(transaction, subject, token);
                var asOwner = caller with { PrincipalId = owner.PrincipalId.ToString(), Name = owner.Username };
                await audit.Record(transaction, asOwner, new SecurityEvent("security.auth.login_success", ""), token);
                return (new SignedIn(owner, await startSession.Execute(transaction, owner.PrincipalId, asOwner, token)), null);
            },
            cancellationToken);
        if (signedIn is not null)
            return signedIn;
        await delay.Wait(started, cancellationToken);
        throw refusal!;
    }

    private async Task<EngineException> Refuse(
        Transaction transaction, Caller caller, string identifier, SecurityOutcome outcome, EngineException refusal, CancellationToken cancellationToken)
    {
        // People type their password into the wrong field, so the identifier is not written down; whom it names is nobody's business either.
        var failure = new SecurityEvent("security.auth.login_failure", "", outcome)
        {
            Details = new Dictionary<string, string>
            {
                ["reason"] = outcome == SecurityOutcome.Denied ? "locked" : "credentials",
                ["identifier_length"] = identifier.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        await audit.Record(transaction, caller, failure, cancellationToken);
        return refusal;
    }

    private static void Check(string identifier, string password)
    {
        var faults = new Dictionary<string, string>();
        if (identifier.Trim().Length == 0)
            faults["identifier"] = "is required";
        if (password.Length == 0)
            faults["password"] = "is required";
        if (faults.Count > 0)
            throw new EngineException(ErrorReason.InvalidRequest, "Signing in takes an identifier and a password.", faults);
    }

    private static EngineException Wrong() => new(ErrorReason.InvalidCredentials, "The identifier or the password is wrong.");

    private static EngineException Locked(TimeSpan left) =>
        new(ErrorReason.AccountLocked, "Too many attempts failed; sign-in is locked for some time.", retryAfter: left);
}
