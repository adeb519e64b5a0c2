using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.RateLimits;

/// <summary>What a caller has used of a budget, this call included.</summary>
/// <param name="Used">How many calls; no more than two above the limit.</param>
/// <param name="Left">When the window ends.</param>
internal sealed record RateCount(int Used, TimeSpan Left);

/// <summary>The only writer of <c>rate_counts</c>, which all servers share.</summary>
internal sealed class RateCountStore(Database database)
{
    // A caller that is refused does not make its window longer, and writes the same row however often it tries.
    private const string TakeSql = """
        insert into rate_counts as known (bucket, subject, used, ends_at) values (@bucket, @subject, 1, clock_timestamp() + @window)
        on conflict (bucket, subject) do update set
            used = case when known.ends_at <= clock_timestamp() then 1 else least(known.used, @limit + 1) + 1 end,
            ends_at = case when known.ends_at <= clock_timestamp() then excluded.ends_at else known.ends_at end
        returning used as Used, ends_at - clock_timestamp() as "Left"
        """;

    /// <summary>Counts a call.</summary>
    public Task<RateCount> Take(string bucket, string subject, RateBudget budget, CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.QuerySingleAsync<RateCount>(new CommandDefinition(
            TakeSql, new { bucket, subject, limit = budget.Limit, window = budget.Window }, cancellationToken: token)),
        cancellationToken);

    private const string SweepSql = "delete from rate_counts where ends_at < clock_timestamp()";

    /// <summary>Forgets the windows that are over.</summary>
    public Task Sweep(CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(SweepSql, cancellationToken: token)), cancellationToken);
}
