using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Sessions;
using Koda.Server.Engine.SetupCodes;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>A registered owner, the secret of their first session, and their recovery codes; neither is kept.</summary>
internal sealed record RegisteredOwner(OwnerRecord Owner, string SessionSecret, IReadOnlyList<string> RecoveryCodes);

/// <summary>Makes the first caller with a setup code the owner.</summary>
internal sealed class RegisterOwner(
    RunOnce once, OwnerStore owners, PasswordHash passwords, StartSession startSession, SetupCodeFile file, AuditLog audit, RefusalDelay delay)
{
    /// <param name="registration">What the caller says.</param>
    /// <param name="isTrusted">True when the caller needs no code, because it is on this machine and that is enough here.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">The caller's idempotency key.</param>
    /// <param name="encode">Writes the answer that is stored for the key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">INVALID_REQUEST, PASSWORD_POLICY, OWNER_EXISTS, BOOTSTRAP_INVALID; those of idempotency keys.</exception>
    public async Task<Answer<RegisteredOwner>> Execute(
        OwnerRegistration registration, bool isTrusted, Caller caller, IdempotencyKey? key, Func<RegisteredOwner, byte[]> encode,
        CancellationToken cancellationToken)
    {
        var started = delay.Start();
        // Who repeats the registration with its key gets the first answer; all others hear at once that they are too late.
        if (key is null && await owners.Find(cancellationToken) is not null)
            throw Exists();
        registration.Check();
        var passwordHash = await passwords.Derive(registration.Password, cancellationToken);
        try
        {
            return await once.Execute(
                key, encode, (transaction, token) => Register(transaction, registration, isTrusted, passwordHash, caller, token), cancellationToken);
        }
        catch (EngineException refusal) when (refusal.Reason is ErrorReason.BootstrapInvalid or ErrorReason.OwnerExists)
        {
            await audit.Record(caller, new SecurityEvent("security.owner.registered", "", SecurityOutcome.Denied), cancellationToken);
            await delay.Wait(started, cancellationToken);
            throw;
        }
    }

    private async Task<RegisteredOwner> Register(
        Transaction transaction, OwnerRegistration registration, bool isTrusted, string passwordHash, Caller caller, CancellationToken cancellationToken)
    {
        var principalId = await PrincipalStore.Ensure(transaction, PrincipalNames.Operator, PrincipalNames.Operator, cancellationToken);
        var displayName = registration.DisplayName.Trim() is { Length: > 0 } given ? given : registration.Username;
        var owner = await OwnerStore.Insert(
            transaction, principalId, registration.Username, registration.Email, displayName, passwordHash, cancellationToken) ?? throw Exists();
        if (!isTrusted && !await Redeem(transaction, registration, cancellationToken))
            throw new EngineException(ErrorReason.BootstrapInvalid, "The setup code or registration token is missing, unknown, expired or used.");
        await SetupCodeStore.Clear(transaction, cancellationToken);
        var (codes, salt, hashes) = RecoveryCode.NewSet();
        await RecoveryCodeStore.Replace(transaction, principalId, salt, hashes, cancellationToken);
        var asOwner = caller with { PrincipalId = principalId.ToString(), Name = owner.Username };
        var registered = new SecurityEvent("security.owner.registered", $"principal:{principalId}")
        {
            Details = new Dictionary<string, string> { ["proof"] = isTrusted ? "loopback" : "setup_code" },
        };
        await audit.Record(transaction, asOwner, registered, cancellationToken);
        var secret = await startSession.Execute(transaction, principalId, asOwner, cancellationToken);
        transaction.AfterCommit(file.OwnerRegistered);
        return new RegisteredOwner(owner, secret, codes);
    }

    private static async Task<bool> Redeem(Transaction transaction, OwnerRegistration registration, CancellationToken cancellationToken) =>
        (registration.RegistrationToken.Length > 0
            && await SetupCodeStore.Redeem(
                transaction, SetupCodeStore.Registration, SecretText.Hash(registration.RegistrationToken.Trim()), cancellationToken))
        || (registration.SetupCode.Length > 0
            && await SetupCodeStore.Redeem(transaction, SetupCodeStore.Code, IssueSetupCode.Hash(registration.SetupCode), cancellationToken));

    private static EngineException Exists() => new(ErrorReason.OwnerExists, "There is an owner already; an installation has one.");
}
