namespace Koda.Server.Engine;

/// <summary>A part of a list. A null cursor means that it is the last one.</summary>
internal sealed record Page<T>(IReadOnlyList<T> Items, string? NextCursor);

/// <summary>How lists are cut into pages.</summary>
internal static class Page
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;

    /// <summary>The page size that is used for the one asked for; 0 asks for the default.</summary>
    /// <exception cref="EngineException">INVALID_REQUEST: it is negative.</exception>
    public static int Limit(int asked, int otherwise = DefaultLimit, int most = MaxLimit) =>
        asked switch
        {
            < 0 => throw EngineException.InvalidField("limit", "must not be negative"),
            0 => otherwise,
            _ => Math.Min(asked, most),
        };

    /// <summary>Cuts a page from a whole list, by the order of its keys.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public static Page<T> Slice<T>(IEnumerable<T> all, string list, int limit, string? cursor, Func<T, string> key)
    {
        var after = ListCursor.Decode(list, cursor) ?? "";
        var size = Limit(limit);
        return Of(
            all.Where(item => string.CompareOrdinal(key(item), after) > 0).OrderBy(key, StringComparer.Ordinal).Take(size + 1).ToList(),
            size,
            list,
            key);
    }

    /// <summary>
    /// Cuts a page from rows that were read with one more than <paramref name="limit"/>; that one tells that the list goes on.
    /// </summary>
    public static Page<T> Of<T>(List<T> rows, int limit, string filters, Func<T, string> position)
    {
        if (rows.Count <= limit)
            return new Page<T>(rows, null);
        rows.RemoveRange(limit, rows.Count - limit);
        return new Page<T>(rows, ListCursor.Encode(filters, position(rows[^1])));
    }
}
