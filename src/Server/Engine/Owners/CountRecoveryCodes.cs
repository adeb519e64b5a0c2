using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>Tells how many recovery codes are left.</summary>
internal sealed class CountRecoveryCodes(Database database)
{
    public Task<RecoveryCodesLeft> Execute(CancellationToken cancellationToken) => RecoveryCodeStore.Count(database, cancellationToken);
}
