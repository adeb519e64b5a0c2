using Koda.Server.Engine.Attempts;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Renews the leases of all connections together.</summary>
internal sealed class LeaseLoop(Database database, ConnectionHost host, EngineMetrics metrics, EngineOptions options, TimeProvider clock)
{
    // Reports of an attempt wait while its lease is being renewed: that must not take long, however many there are.
    private const int MostAtOnce = 100;

    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    // Work that ends within this time needs no renewal at all.
    private readonly TimeSpan _gather = TimeSpan.FromMilliseconds(Math.Min(200, options.Offer.TotalMilliseconds / 10));

    private readonly TimeSpan _tellAfter = options.Lease / 6;

    public async Task Run(CancellationToken cancellationToken)
    {
        while (!cancellationToken.IsCancellationRequested)
        {
            if (!await host.Renewals.Wait(s_longest, cancellationToken))
                continue;
            await Task.Delay(_gather, clock, cancellationToken);
            await Renew(cancellationToken);
        }
    }

    private async Task Renew(CancellationToken cancellationToken)
    {
        var asked = host.Connections.Select(connection => (Connection: connection, Renewals: connection.TakeRenewals())).ToList();
        var renewals = asked.SelectMany(pair => pair.Renewals).ToList();
        if (renewals.Count == 0)
            return;
        var renewing = Renew(renewals, cancellationToken);
        // Workers judge by their own clocks, so they must hear in time that it is not their lease that ends.
        while (await Task.WhenAny(renewing, Task.Delay(_tellAfter, clock, cancellationToken)) != renewing
            && !cancellationToken.IsCancellationRequested)
            Hold(asked);
        if (renewing.IsFaulted)
            Hold(asked);
        var renewed = await renewing;
        foreach (var (connection, own) in asked)
        {
            foreach (var renewal in own)
            {
                if (renewed.TryGetValue(renewal.Attempt, out var lease))
                    connection.Renewed(lease);
                else
                    connection.Lose(renewal.Attempt, "lease_expired");
            }
        }
    }

    private async Task<Dictionary<AttemptKey, RenewedLease>> Renew(List<LeaseRenewal> renewals, CancellationToken cancellationToken)
    {
        var renewed = new Dictionary<AttemptKey, RenewedLease>(renewals.Count);
        foreach (var some in renewals.Chunk(MostAtOnce))
        {
            foreach (
                var lease in await database.Read(
                    (connection, token) => AttemptStore.Renew(connection, some, options.Lease, token), cancellationToken))
                renewed.Add(lease.Attempt, lease);
            metrics.Batch("renewal", some.Length);
        }
        return renewed;
    }

    private static void Hold(List<(WorkerConnection Connection, IReadOnlyList<LeaseRenewal> Renewals)> asked)
    {
        foreach (var (connection, renewals) in asked.Where(pair => pair.Renewals.Count > 0))
            connection.HoldRenewals(renewals);
    }
}
