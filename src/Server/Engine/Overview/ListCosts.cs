using System.Globalization;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Overview;

/// <summary>A page of sums, and all of them together.</summary>
internal sealed record CostPage(Page<CostRow> Page, UsageTotals Total);

/// <summary>Sums up what was consumed, by agent, model and day.</summary>
internal sealed class ListCosts(Database database)
{
    private const int MostRows = 1000;
    private const int UsualRows = 200;

    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<CostPage> Execute(CostFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var size = Page.Limit(limit, UsualRows, MostRows);
        var start = Start(filter, cursor);
        var rows = await database.Read((connection, token) => UsageDayStore.Sum(connection, filter, token), cancellationToken);
        var total = rows.Aggregate(default(UsageTotals), (sum, row) => sum + row.Used);
        var page = rows.Skip(start).Take(size + 1).ToList();
        var next = (start + size).ToString(CultureInfo.InvariantCulture);
        return new CostPage(Page.Of(page, size, filter.Fingerprint, _ => next), total);
    }

    private static int Start(CostFilter filter, string? cursor) => ListCursor.Decode(filter.Fingerprint, cursor) switch
    {
        null => 0,
        var text when int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var start) => start,
        _ => throw new EngineException(ErrorReason.InvalidCursor, "The cursor is not one of this list with these filters."),
    };
}
