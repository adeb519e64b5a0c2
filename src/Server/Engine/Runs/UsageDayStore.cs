using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Runs;

/// <summary>What an agent consumed with a model.</summary>
internal sealed record ModelUse(string AgentId, string Model, UsageTotals Used);

/// <summary>Which sums are asked for. Empty means any.</summary>
internal sealed record CostFilter(DateOnly Since, DateOnly Until, string AgentId, string Model)
{
    public bool ByDay { get; init; }

    public bool ByAgent { get; init; }

    public bool ByModel { get; init; }

    /// <summary>What a cursor is bound to.</summary>
    public string Fingerprint => $"costs {Since:O} {Until:O} {ByDay} {ByAgent} {ByModel} {AgentId} {Model}";
}

/// <summary>What was consumed. Empty and null: not told apart by it.</summary>
internal sealed record CostRow(DateOnly? Day, string AgentId, string Model, UsageTotals Used);

/// <summary>The only writer of <c>usage_days</c>: what was consumed by agent, model and day of UTC.</summary>
internal static class UsageDayStore
{
    // In the order of the key, so that two transactions cannot wait for each other. Whoever answers says what it is called: of those that
    // give themselves ever new names, an agent has so many on a day, and the rest is not told apart.
    private const string AddSql = """
        insert into usage_days as total (day, agent_id, model, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens,
            cost_micros, model_calls, tool_calls, unpriced_calls)
        select today, agent_id, told.model, sum(input_tokens), sum(output_tokens), sum(cached_input_tokens), sum(cache_write_tokens),
            sum(reasoning_tokens), sum(cost_micros), sum(model_calls), sum(tool_calls), sum(unpriced_calls)
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) as used (agent_id, model, input_tokens, output_tokens, cached_input_tokens,
            cache_write_tokens, reasoning_tokens, cost_micros, model_calls, tool_calls, unpriced_calls)
        cross join (select (clock_timestamp() at time zone 'UTC')::date as today) as now
        cross join lateral (
            select case
                when exists (select from usage_days d where d.day = today and d.agent_id = used.agent_id and d.model = used.model)
                    or (select count(*) from (select from usage_days d where d.day = today and d.agent_id = used.agent_id limit 100) as known) < 100
                    then used.model
                else '' end as model
        ) as told
        group by today, agent_id, told.model
        order by agent_id, told.model
        on conflict (day, agent_id, model) do update
        set input_tokens = total.input_tokens + excluded.input_tokens,
            output_tokens = total.output_tokens + excluded.output_tokens,
            cached_input_tokens = total.cached_input_tokens + excluded.cached_input_tokens,
            cache_write_tokens = total.cache_write_tokens + excluded.cache_write_tokens,
            reasoning_tokens = total.reasoning_tokens + excluded.reasoning_tokens,
            cost_micros = total.cost_micros + excluded.cost_micros,
            model_calls = total.model_calls + excluded.model_calls,
            tool_calls = total.tool_calls + excluded.tool_calls,
            unpriced_calls = total.unpriced_calls + excluded.unpriced_calls
        """;

    /// <summary>Adds to the sums of today.</summary>
    /// <param name="uses">One for each agent and model.</param>
    public static NpgsqlBatchCommand Add(IReadOnlyCollection<ModelUse> uses)
    {
        var command = new NpgsqlBatchCommand(AddSql);
        command.Parameters.AddColumn(uses, use => use.AgentId);
        command.Parameters.AddColumn(uses, use => use.Model);
        UsageColumns.Add(command.Parameters, uses, use => use.Used);
        return command;
    }

    private const string SumSql = """
        select told.day, told.agent_id, told.model,
            sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
            sum(cached_input_tokens)::bigint as cached_input_tokens, sum(cache_write_tokens)::bigint as cache_write_tokens,
            sum(reasoning_tokens)::bigint as reasoning_tokens, sum(cost_micros)::bigint as cost_micros,
            sum(model_calls)::int as model_calls, sum(tool_calls)::int as tool_calls, sum(unpriced_calls)::int as unpriced_calls
        from usage_days u
        cross join lateral (
            select case when $5 then u.day end as day, case when $6 then u.agent_id else '' end as agent_id, case when $7 then u.model else '' end as model
        ) as told
        where u.day between $1 and $2 and ($3 = '' or u.agent_id = $3) and ($4 = '' or u.model = $4)
        group by told.day, told.agent_id, told.model
        order by told.day desc, told.agent_id, told.model
        """;

    /// <summary>The sums that match, the newest day first.</summary>
    public static async Task<List<CostRow>> Sum(NpgsqlConnection connection, CostFilter filter, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(SumSql, connection);
        command.Parameters.AddValue(filter.Since);
        command.Parameters.AddValue(filter.Until);
        command.Parameters.AddValue(filter.AgentId);
        command.Parameters.AddValue(filter.Model);
        command.Parameters.AddValue(filter.ByDay);
        command.Parameters.AddValue(filter.ByAgent);
        command.Parameters.AddValue(filter.ByModel);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var rows = new List<CostRow>();
        while (await reader.ReadAsync(cancellationToken))
        {
            var day = reader.IsDBNull(0) ? default(DateOnly?) : reader.GetFieldValue<DateOnly>(0);
            rows.Add(new CostRow(day, reader.GetString(1), reader.GetString(2), UsageColumns.Read(reader)));
        }
        return rows;
    }
}
