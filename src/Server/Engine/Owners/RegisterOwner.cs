using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Devices;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Sessions;
using Koda.Server.Engine.SetupCodes;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>A registered owner, the secrets of their first session and of its device, and their recovery codes; none is kept.</summary>
internal sealed record RegisteredOwner(OwnerRecord Owner, string SessionSecret, string DeviceSecret, IReadOnlyList<string> RecoveryCodes);

/// <summary>Makes the first caller with a setup code the owner.</summary>
internal sealed class RegisterOwner(
    Database database,
    RunOnce once,
    OwnerStore owners,
    PasswordHash passwords,
    StartSession startSession,
    SetupCodeFile file,
    AuditLog audit,
    RefusalDelay delay)
{
    /// <param name="registration">What the caller says.</param>
    /// <param name="isTrusted">True when the caller needs no code, because it is on this machine and that is enough here.</param>
    /// <param name="caller">Who asks.</param>
    /// <param name="key">The caller's idempotency key.</param>
    /// <param name="encode">Writes the answer that is stored for the key.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">INVALID_REQUEST, PASSWORD_POLICY, OWNER_EXISTS, BOOTSTRAP_INVALID; those of idempotency
    /// keys.</exception>
    public Task<Answer<RegisteredOwner>> Execute(
        OwnerRegistration registration, bool isTrusted, Caller caller, IdempotencyKey? key, Func<RegisteredOwner, byte[]> encode,
        CancellationToken cancellationToken) =>
        Execute(registration, isTrusted, caller, key, encode, (_, owner, _) => Task.FromResult(owner), cancellationToken);

    /// <summary>Registers the owner, and does in the same transaction what is to happen with it.</summary>
    /// <inheritdoc cref="Execute(OwnerRegistration, bool, Caller, IdempotencyKey?, Func{RegisteredOwner, byte[]}, CancellationToken)"/>
    public async Task<Answer<T>> Execute<T>(
        OwnerRegistration registration, bool isTrusted, Caller caller, IdempotencyKey? key, Func<T, byte[]> encode,
        Func<Transaction, RegisteredOwner, CancellationToken, Task<T>> then, CancellationToken cancellationToken)
        where T : class
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
                key,
                encode,
                async (transaction, token) =>
                    await then(transaction, await Register(transaction, registration, isTrusted, passwordHash, caller, token), token),
                cancellationToken);
        }
        catch (EngineException refusal) when (refusal.Reason is ErrorReason.BootstrapInvalid or ErrorReason.OwnerExists)
        {
            await audit.Record(caller, new SecurityEvent("security.owner.registered", "", SecurityOutcome.Denied), cancellationToken);
            await delay.Wait(started, cancellationToken);
            throw;
        }
    }

    /// <summary>Refuses who has no setup code that could be used now. The code stays open.</summary>
    /// <exception cref="EngineException">BOOTSTRAP_INVALID.</exception>
    public async Task RequireCode(OwnerRegistration registration, Caller caller, CancellationToken cancellationToken)
    {
        var started = delay.Start();
        foreach (var (kind, hash) in Proofs(registration))
        {
            if (await database.Read((connection, token) => SetupCodeStore.IsOpen(connection, kind, hash, token), cancellationToken))
                return;
        }
        await audit.Record(caller, new SecurityEvent("security.owner.registered", "", SecurityOutcome.Denied), cancellationToken);
        await delay.Wait(started, cancellationToken);
        throw Invalid();
    }

    private async Task<RegisteredOwner> Register(
        Transaction transaction,
        OwnerRegistration registration,
        bool isTrusted,
        string passwordHash,
        Caller caller,
        CancellationToken cancellationToken)
    {
        var principalId = await PrincipalStore.Ensure(transaction, PrincipalNames.Operator, PrincipalNames.Operator, cancellationToken);
        var displayName = registration.DisplayName.Trim() is { Length: > 0 } given ? given : registration.Username;
        var owner = await OwnerStore.Insert(
            transaction,
            principalId,
            registration.Username,
            registration.Email,
            displayName,
            passwordHash,
            cancellationToken) ?? throw Exists();
        if (!isTrusted && !await Redeem(transaction, registration, cancellationToken))
            throw Invalid();
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
        var device = await KnownDeviceStore.Insert(transaction, principalId, cancellationToken);
        return new RegisteredOwner(owner, secret, device, codes);
    }

    private static async Task<bool> Redeem(Transaction transaction, OwnerRegistration registration, CancellationToken cancellationToken)
    {
        foreach (var (kind, hash) in Proofs(registration))
        {
            if (await SetupCodeStore.Redeem(transaction, kind, hash, cancellationToken))
                return true;
        }
        return false;
    }

    /// <summary>What the caller shows: a registration token, a setup code, or both.</summary>
    private static IEnumerable<(string Kind, byte[] Hash)> Proofs(OwnerRegistration registration)
    {
        if (registration.RegistrationToken.Length > 0)
            yield return (SetupCodeStore.Registration, SecretText.Hash(registration.RegistrationToken.Trim()));
        if (registration.SetupCode.Length > 0)
            yield return (SetupCodeStore.Code, IssueSetupCode.Hash(registration.SetupCode));
    }

    private static EngineException Invalid() =>
        new(ErrorReason.BootstrapInvalid, "The setup code or registration token is missing, unknown, expired or used.");

    private static EngineException Exists() => new(ErrorReason.OwnerExists, "There is an owner already; an installation has one.");
}
