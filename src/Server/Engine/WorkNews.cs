using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine;

/// <summary>
/// Tells the dispatchers of all servers that there may be something to claim: a task was queued, or a place under a limit became free.
/// </summary>
internal sealed class WorkNews(WakeUps wakeUps)
{
    /// <summary>The name of the signal.</summary>
    public const string Signal = "tasks";

    /// <summary>Tells it once the transaction is committed.</summary>
    public void Spread(Transaction transaction) => transaction.AfterCommit(() => wakeUps.Raise(Signal));
}
