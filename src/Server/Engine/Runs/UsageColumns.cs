using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Runs;

/// <summary>Usage in a row, by the names that its columns have everywhere.</summary>
internal static class UsageColumns
{
    public static UsageTotals Read(NpgsqlDataReader row) => new(
        row.GetInt64(row.GetOrdinal("input_tokens")),
        row.GetInt64(row.GetOrdinal("output_tokens")),
        row.GetInt64(row.GetOrdinal("cached_input_tokens")),
        row.GetInt64(row.GetOrdinal("cache_write_tokens")),
        row.GetInt64(row.GetOrdinal("reasoning_tokens")),
        row.GetInt64(row.GetOrdinal("cost_micros")),
        row.GetInt32(row.GetOrdinal("model_calls")),
        row.GetInt32(row.GetOrdinal("tool_calls")),
        row.GetInt32(row.GetOrdinal("unpriced_calls")));

    /// <summary>Adds a parameter for each column, in the order in which they are read.</summary>
    public static void Add<T>(NpgsqlParameterCollection parameters, IReadOnlyCollection<T> rows, Func<T, UsageTotals> used)
    {
        parameters.AddColumn(rows, row => used(row).InputTokens);
        parameters.AddColumn(rows, row => used(row).OutputTokens);
        parameters.AddColumn(rows, row => used(row).CachedInputTokens);
        parameters.AddColumn(rows, row => used(row).CacheWriteTokens);
        parameters.AddColumn(rows, row => used(row).ReasoningTokens);
        parameters.AddColumn(rows, row => used(row).CostMicros);
        parameters.AddColumn(rows, row => used(row).ModelCalls);
        parameters.AddColumn(rows, row => used(row).ToolCalls);
        parameters.AddColumn(rows, row => used(row).UnpricedCalls);
    }
}
