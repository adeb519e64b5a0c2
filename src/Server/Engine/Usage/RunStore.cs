using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Usage;

/// <summary>The only writer of <c>runs</c>.</summary>
internal static class RunStore
{
    private const string InsertSql = """
        insert into runs (id, kind, stream_id, agent_id, agent_version, workspace)
        select id, 'task', id, agent_id, agent_version, workspace
        from unnest($1, $2, $3, $4) as run (id, agent_id, agent_version, workspace)
        """;

    /// <summary>Adds the runs of runtime tasks; each is its own stream.</summary>
    public static NpgsqlBatchCommand Insert<T>(
        IReadOnlyCollection<T> tasks, Func<T, Guid> id, Func<T, string> agentId, Func<T, int> agentVersion, Func<T, string> workspace)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddColumn(tasks, id);
        command.Parameters.AddColumn(tasks, agentId);
        command.Parameters.AddColumn(tasks, agentVersion);
        command.Parameters.AddColumn(tasks, workspace);
        return command;
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
            tool_calls = runs.tool_calls + used.tool_calls
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9) as used
            (id, input_tokens, output_tokens, cached_input_tokens, cache_write_tokens, reasoning_tokens, cost_micros, model_calls, tool_calls)
        where runs.id = used.id
        """;

    public static NpgsqlBatchCommand AddUsage(IReadOnlyCollection<(Guid RunId, UsageTotals Used)> usage)
    {
        var command = new NpgsqlBatchCommand(AddUsageSql);
        command.Parameters.AddColumn(usage, row => row.RunId);
        command.Parameters.AddColumn(usage, row => row.Used.InputTokens);
        command.Parameters.AddColumn(usage, row => row.Used.OutputTokens);
        command.Parameters.AddColumn(usage, row => row.Used.CachedInputTokens);
        command.Parameters.AddColumn(usage, row => row.Used.CacheWriteTokens);
        command.Parameters.AddColumn(usage, row => row.Used.ReasoningTokens);
        command.Parameters.AddColumn(usage, row => row.Used.CostMicros);
        command.Parameters.AddColumn(usage, row => row.Used.ModelCalls);
        command.Parameters.AddColumn(usage, row => row.Used.ToolCalls);
        return command;
    }
}
