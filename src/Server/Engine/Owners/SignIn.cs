using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.Sessions;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>A person who signed in, with the secrets of the session and of the device, which are not kept.</summary>
internal sealed record SignedIn(OwnerRecord Owner, string SessionSecret, string DeviceSecret);

/// <summary>
/// Starts a session for who knows the password. An identifier that nobody has and a password that is wrong are answered with the same words
/// after the same work and the same writes.
/// </summary>
internal sealed class SignIn(
    Database database,
    OwnerStore owners,
    PasswordHash passwords,
    SignInGuard guard,
    StartSession startSession,
    AuditLog audit,
    RefusalDelay delay)
{
    /// <param name="identifier">The username or the e-mail address.</param>
    /// <param name="password">The password.</param>
    /// <param name="deviceSecret">What an earlier sign-in gave to the caller's device. Empty: it has nothing.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">INVALID_REQUEST, INVALID_CREDENTIALS, ACCOUNT_LOCKED.</exception>
    public async Task<SignedIn> Execute(
        string identifier, string password, string deviceSecret, Caller caller, CancellationToken cancellationToken)
    {
        Check(identifier, password);
        var started = delay.Start();
        var found = await owners.Find(cancellationToken);
        var owner = found is not null && found.IsCalled(identifier) ? found : null;
        var tried = await guard.Begin(owner, identifier, deviceSecret, caller, cancellationToken);
        if (tried.Refusal is null && await passwords.Verify(password, owner?.PasswordHash, cancellationToken) && owner is not null)
            return await Succeed(owner, tried, deviceSecret, caller, cancellationToken);
        await Record(tried, caller, identifier, cancellationToken);
        await delay.Wait(started, cancellationToken);
        throw tried.Refusal is { } left ? Locked(left) : Wrong();
    }

    private Task<SignedIn> Succeed(
        OwnerRecord owner, SignInTry tried, string deviceSecret, Caller caller, CancellationToken cancellationToken) =>
        database.InTransaction(
            async (transaction, token) =>
            {
                await SignInGuard.Succeed(transaction, tried, token);
                var asOwner = caller with { PrincipalId = owner.PrincipalId.ToString(), Name = owner.Username };
                await audit.Record(transaction, asOwner, new SecurityEvent("security.auth.login_success", ""), token);
                if (tried.Device is { } device)
                    await KnownDeviceStore.Use(transaction, device, token);
                var known = tried.Device is null ? await KnownDeviceStore.Insert(transaction, owner.PrincipalId, token) : deviceSecret;
                return new SignedIn(owner, await startSession.Execute(transaction, owner.PrincipalId, asOwner, token), known);
            },
            cancellationToken);

    private Task Record(SignInTry tried, Caller caller, string identifier, CancellationToken cancellationToken)
    {
        // People type their password into the wrong field, so the identifier is not written down; whom it names is nobody's business
        // either.
        var failure = new SecurityEvent(
            "security.auth.login_failure", "", tried.Refusal is null ? SecurityOutcome.Failure : SecurityOutcome.Denied)
        {
            Details = new Dictionary<string, string>
            {
                ["reason"] = tried.Refusal is null ? "credentials" : "locked",
                ["identifier_length"] = identifier.Length.ToString(System.Globalization.CultureInfo.InvariantCulture),
            },
        };
        return audit.Record(caller, failure, cancellationToken);
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
        new(ErrorReason.AccountLocked, "Too many attempts failed; sign-in from here is locked for some time.", retryAfter: left);
}
