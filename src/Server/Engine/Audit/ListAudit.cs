using System.Globalization;
using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Audit;

/// <summary>Lists the audit stream, newest first.</summary>
internal sealed class ListAudit(Database database)
{
    private const string ListSql = """
        select seq as Seq, time as Time, kind as Kind, actor as Actor, payload as Payload
        from events
        where stream_id = @stream and seq < @before
            and starts_with(kind, @kind)
            and (@outcome::text is null or payload::jsonb ->> 'outcome' = @outcome)
            and (@since::timestamptz is null or time >= @since)
            and (@until::timestamptz is null or time < @until)
        order by seq desc
        limit @limit
        """;

    private sealed record Row(long Seq, DateTime Time, string Kind, string Actor, string Payload);

    /// <exception cref="EngineException">INVALID_REQUEST, INVALID_CURSOR.</exception>
    public async Task<Page<AuditEntry>> Execute(AuditFilter filter, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var size = Page.Limit(limit);
        var parameters = new
        {
            stream = AuditLog.Stream,
            before = Position(filter, cursor),
            kind = filter.Kind,
            outcome = filter.Outcome is { } outcome ? EnumText<SecurityOutcome>.Of(outcome) : null,
            since = filter.Since,
            until = filter.Until,
            limit = size + 1,
        };
        var rows = await database.Read(
            async (connection, token) =>
                (await connection.QueryAsync<Row>(new CommandDefinition(ListSql, parameters, cancellationToken: token))).AsList(),
            cancellationToken);
        var entries = rows.ConvertAll(row => new AuditEntry(
            row.Seq, row.Time, row.Kind, row.Actor, EngineJson.Read<AuditLog.Payload>(row.Payload)));
        return Page.Of(entries, size, filter.Fingerprint, entry => entry.Seq.ToString(CultureInfo.InvariantCulture));
    }

    private static long Position(AuditFilter filter, string? cursor) => ListCursor.Decode(filter.Fingerprint, cursor) switch
    {
        null => long.MaxValue,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seq) => seq,
        _ => throw new EngineException(ErrorReason.InvalidCursor, "The cursor is not one of this list with these filters."),
    };
}
