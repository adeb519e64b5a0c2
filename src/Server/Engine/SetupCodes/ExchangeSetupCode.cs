using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Owners;
using Koda.Server.Engine.Principals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.SetupCodes;

/// <summary>A token that registers one owner; it is not kept.</summary>
internal sealed record RegistrationToken(string Text, DateTime ExpiresAt);

/// <summary>Takes a setup code, once, and gives a registration token for it.</summary>
internal sealed class ExchangeSetupCode(Database database, OwnerStore owners, AuditLog audit, RefusalDelay delay)
{
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(30);

    /// <exception cref="EngineException">OWNER_EXISTS, BOOTSTRAP_INVALID.</exception>
    public async Task<RegistrationToken> Execute(string code, Caller caller, CancellationToken cancellationToken)
    {
        var started = delay.Start();
        if (await owners.Find(cancellationToken) is not null)
            throw new EngineException(ErrorReason.OwnerExists, "There is an owner already; no setup code is needed.");
        var exchanged = await database.InTransaction(
            async (transaction, token) =>
            {
                if (!await SetupCodeStore.Redeem(transaction, SetupCodeStore.Code, IssueSetupCode.Hash(code), token))
                    return null;
                var text = SecretText.New(SecretText.Registration);
                var expiresAt = await SetupCodeStore.Insert(transaction, SetupCodeStore.Registration, SecretText.Hash(text), Life, token);
                await audit.Record(transaction, caller, new SecurityEvent("security.setup_code.redeemed", ""), token);
                return new RegistrationToken(text, expiresAt);
            },
            cancellationToken);
        if (exchanged is not null)
            return exchanged;
        await audit.Record(caller, new SecurityEvent("security.setup_code.redeemed", "", SecurityOutcome.Failure), cancellationToken);
        await delay.Wait(started, cancellationToken);
        throw new EngineException(ErrorReason.BootstrapInvalid, "The setup code is unknown, expired or used.");
    }
}
