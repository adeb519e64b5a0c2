using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.RateLimits;

/// <summary>The only writer of <c>rate_counts</c>, which all servers share.</summary>
internal sealed class RateCountStore(Database database)
{
    // What bounds a row, however large the budget: this many times are kept, and each stands for its part of the calls.
    private const int MostTimes = 128;

    // The window slides, so that a caller cannot have two budgets around the end of one. A call that is refused is not counted, so that who
    // keeps trying waits no longer for it.
    private const string TakeSql = """
        insert into rate_counts as known (bucket, subject, calls, newest, ends_at)
        values (@bucket, @subject, array[clock_timestamp()], 1, clock_timestamp() + @window)
        on conflict (bucket, subject) do update set (calls, newest, refusal, recorded_at, ends_at) = (
            select
                case when used >= @limit then kept when is_open then kept[:cardinality(kept) - 1] || moment else kept || moment end,
                case when used >= @limit then known.newest when is_open then known.newest + 1 else 1 end,
                case when used < @limit then 0 when known.recorded_at > moment - @window then 2 else 1 end,
                case when used < @limit or known.recorded_at > moment - @window then known.recorded_at else moment end,
                case when used < @limit then moment + @window else known.ends_at end
            from (
                select moment, kept, cardinality(kept) > 0 and known.newest < @share as is_open,
                    case when cardinality(kept) = 0 then 0 else @share * (cardinality(kept) - 1) + known.newest end as used
                from (select clock_timestamp() as moment) as clock
                cross join lateral (select array(select call from unnest(known.calls) as call where call > moment - @window order by call) as kept) as window_of_now
            ) as counted)
        returning @share * (cardinality(calls) - 1) + newest as Used, refusal as Refusal, calls[1] + @window - clock_timestamp() as "Left"
        """;

    /// <summary>Counts a call, unless the budget is used up.</summary>
    public Task<RateCount> Take(string bucket, string subject, RateBudget budget, CancellationToken cancellationToken)
    {
        var share = (budget.Limit + MostTimes - 1) / MostTimes;
        return database.Read(
            (connection, token) => connection.QuerySingleAsync<RateCount>(new CommandDefinition(
                TakeSql, new { bucket, subject, limit = budget.Limit, share, window = budget.Window }, cancellationToken: token)),
            cancellationToken);
    }

    private const string SweepSql = "delete from rate_counts where ends_at < clock_timestamp()";

    /// <summary>Forgets the calls that no window holds any more.</summary>
    public Task Sweep(CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.ExecuteAsync(new CommandDefinition(SweepSql, cancellationToken: token)), cancellationToken);
}
