using Npgsql;

namespace Koda.Server.Engine.Events;

/// <summary>Reads <c>events</c> across streams.</summary>
internal static class GlobalQueries
{
    private const string LastPositionSql = "select case when is_called then last_value else 0 end from events_position_seq";
    private const string SnapshotSql =
        "select pg_snapshot_xmin(snapshot), pg_snapshot_xmax(snapshot) from pg_current_snapshot() as snapshot";

    /// <summary>Two statements, because the position must be read before the snapshot is taken.</summary>
    public static async Task<PositionMark> MarkPosition(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var position = new NpgsqlCommand(LastPositionSql, connection);
        var last = (long)(await position.ExecuteScalarAsync(cancellationToken))!;
        await using var snapshot = new NpgsqlCommand(SnapshotSql, connection);
        await using var reader = await snapshot.ExecuteReaderAsync(cancellationToken);
        await reader.ReadAsync(cancellationToken);
        return new PositionMark(last, reader.GetFieldValue<ulong>(0), reader.GetFieldValue<ulong>(1));
    }

    private const string ReadRangeSql = """
        select stream_id, seq, time, kind, actor, run_id, attempt, payload, usage, hash, position
        from events
        where position > $1 and position <= $2
        order by position
        limit $3
        """;

    public static async Task<IReadOnlyList<GlobalEvent>> ReadRange(
        NpgsqlConnection connection, long after, long end, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadRangeSql, connection);
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = end });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<GlobalEvent>();
        while (await reader.ReadAsync(cancellationToken))
            events.Add(new GlobalEvent(reader.GetInt64(10), EventQueries.ReadEvent(reader)));
        return events;
    }
}
