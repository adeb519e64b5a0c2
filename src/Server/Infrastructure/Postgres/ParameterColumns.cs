using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Parameters of set-based statements: one array per column, read in SQL by <c>unnest</c>.</summary>
internal static class ParameterColumns
{
    public static void AddColumn<TRow, TValue>(
        this NpgsqlParameterCollection parameters, IReadOnlyCollection<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        var at = 0;
        foreach (var row in rows)
            column[at++] = value(row);
        parameters.AddValue(column);
    }

    public static void AddValue<T>(this NpgsqlParameterCollection parameters, T value) =>
        parameters.Add(new NpgsqlParameter<T> { TypedValue = value });
}
