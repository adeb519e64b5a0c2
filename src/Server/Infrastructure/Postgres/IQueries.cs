using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// Where queries run: each on a pooled connection, or all on the connection of a running transaction. Inside a transaction it must be the
/// latter, because who waits for a second connection while holding the first waits for ever once all of them do.
/// </summary>
internal interface IQueries
{
    /// <summary>Runs a query.</summary>
    Task<T> Read<T>(Func<NpgsqlConnection, CancellationToken, Task<T>> query, CancellationToken cancellationToken);
}
