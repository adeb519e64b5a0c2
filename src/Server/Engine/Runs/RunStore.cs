using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Runs;

/// <summary>The only writer of <c>runs</c>.</summary>
internal static class RunStore
{
    private const string InsertRootsSql = """
        insert into runs (id, kind, stream_id, agent_id, agent_version, workspace)
        select id, kind, stream_id, agent_id, agent_version, workspace
        from unnest($1, $2, $3, $4, $5, $6, $7) as run (id, kind, stream_id, agent_id, agent_version, workspace, parent_id)
        """;

    private const string InsertSql = """
        insert into runs (id, kind, stream_id, agent_id, agent_version, workspace, parent_id, root_id, number)
        select run.id, run.kind, run.stream_id, run.agent_id, run.agent_version, run.workspace, run.parent_id, coalesce(parent.root_id, parent.id),
            row_number() over (partition by run.parent_id order by run.place)
                + case when run.parent_id is null then 0 else (select coalesce(max(number), 0) from runs where runs.parent_id = run.parent_id) end
        from unnest($1, $2, $3, $4, $5, $6, $7) with ordinality as run (id, kind, stream_id, agent_id, agent_version, workspace, parent_id, place)
        left join runs as parent on parent.id = run.parent_id
        """;

    /// <summary>Stores runs, each with the next number of its parent, under a lock that its siblings are stored under too.</summary>
    public static NpgsqlBatchCommand Insert(IReadOnlyCollection<NewRun> runs)
    {
        var command = new NpgsqlBatchCommand(runs.All(run => run.ParentId is null) ? InsertRootsSql : InsertSql);
        command.Parameters.AddColumn(runs, run => run.Id);
        command.Parameters.AddColumn(runs, run => EnumText<RunKind>.Of(run.Kind));
        command.Parameters.AddColumn(runs, run => run.StreamId);
        command.Parameters.AddColumn(runs, run => run.AgentId);
        command.Parameters.AddColumn(runs, run => run.AgentVersion);
        command.Parameters.AddColumn(runs, run => run.Workspace);
        command.Parameters.AddColumn(runs, run => run.ParentId);
        return command;
    }

    private const string OfStreamSql = """
        select coalesce(sum(input_tokens), 0)::bigint, coalesce(sum(output_tokens), 0)::bigint, coalesce(sum(cached_input_tokens), 0)::bigint,
            coalesce(sum(cache_write_tokens), 0)::bigint, coalesce(sum(reasoning_tokens), 0)::bigint, coalesce(sum(cost_micros), 0)::bigint,
            coalesce(sum(model_calls), 0)::int, coalesce(sum(tool_calls), 0)::int, coalesce(sum(unpriced_calls), 0)::int
        from runs
        where stream_id = $1 and kind <> 'task' and ($2 = '00000000-0000-0000-0000-000000000000' or id = $2)
        """;

    /// <summary>What the runs of a conversation consumed together, or one of them.</summary>
    public static async Task<UsageTotals> OfConversation(
        NpgsqlConnection connection, Guid streamId, Guid runId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(OfStreamSql, connection);
        command.Parameters.AddValue(streamId);
        command.Parameters.AddValue(runId);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new UsageTotals(
            reader.GetInt64(0),
            reader.GetInt64(1),
            reader.GetInt64(2),
            reader.GetInt64(3),
            reader.GetInt64(4),
            reader.GetInt64(5),
            reader.GetInt32(6),
            reader.GetInt32(7),
            reader.GetInt32(8));
    }

    private const string AddUsageSql = """
        update runs
        set input_tokens = runs.input_tokens + used.input_tokens,
            output_tokens = runs.output_tokens + used.output_tokens,
            cached_input_tokens = runs.cached_input_tokens + used.cached_input_tokens,
            cache_write_tokens = runs.cache_write_tokens + used.cache_write_tokens,
            reasoning_tokens = runs.reasoning_tokens + used.reasoning_tokens,
            cost_micros = runs.cost_micros + used.cost_micros,
            model_calls = runs.model_calls + used.model_calls,
            tool_calls = runs.tool_calls + used.tool_calls,
            unpriced_calls = runs.unpriced_calls + used.unpriced_calls
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) as used
            (id, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens, cost_micros, model_calls, tool_calls, unpriced_calls)
        where runs.id = used.id
        """;

    public static NpgsqlBatchCommand AddUsage(IReadOnlyCollection<(Guid RunId, UsageTotals Used)> usage)
    {
        var command = new NpgsqlBatchCommand(AddUsageSql);
        command.Parameters.AddColumn(usage, row => row.RunId);
        UsageColumns.Add(command.Parameters, usage, row => row.Used);
        return command;
    }
}
