using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Forgets pauses of providers that are over, and has what waited for them claimed.</summary>
internal sealed class EndCooldowns(Database database, WorkNews work) : ISweep
{
    public string NextDueSql => CooldownStore.NextDueSql;

    public Task Execute(CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            if (await CooldownStore.End(transaction, token))
                work.Spread(transaction);
        },
        cancellationToken);
}
