using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine;

/// <summary>Has the sweeps of this server look at once, because something became due that no clock tells.</summary>
internal sealed class SweepNews
{
    public event Action? Sooner;

    /// <summary>Tells it once the transaction is committed.</summary>
    public void Spread(Transaction transaction) => transaction.AfterCommit(() => Sooner?.Invoke());
}
