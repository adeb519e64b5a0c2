using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>Gives ten new recovery codes for who knows the current password.</summary>
internal sealed class RegenerateRecoveryCodes(Database database, ProvePassword prove, AuditLog audit)
{
    private const string Kind = "security.auth.recovery_codes_regenerated";

    /// <exception cref="EngineException">OWNER_MISSING, INVALID_CREDENTIALS, ACCOUNT_LOCKED.</exception>
    public async Task<IReadOnlyList<string>> Execute(string password, Caller caller, CancellationToken cancellationToken)
    {
        var owner = await prove.Execute(password, Kind, caller, cancellationToken);
        var (codes, salt, hashes) = RecoveryCode.NewSet();
        await database.InTransaction(
            async (transaction, token) =>
            {
                await RecoveryCodeStore.Replace(transaction, owner.PrincipalId, salt, hashes, token);
                await audit.Record(transaction, caller, new SecurityEvent(Kind, ""), token);
            },
            cancellationToken);
        return codes;
    }
}
