using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>The id of the principal for whom configured credentials speak.</summary>
internal sealed class OperatorPrincipal(Database database)
{
    private Guid? _id;

    public async ValueTask<Guid> Id(CancellationToken cancellationToken) =>
        _id ??= await database.InTransaction(
            (transaction, token) => PrincipalStore.Ensure(transaction, PrincipalNames.Operator, PrincipalNames.Operator, token),
            cancellationToken);
}
