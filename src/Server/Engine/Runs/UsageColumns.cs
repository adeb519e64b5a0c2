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
}
