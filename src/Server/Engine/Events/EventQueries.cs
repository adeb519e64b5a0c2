using Npgsql;

namespace Koda.Server.Engine.Events;

/// <summary>Reads <c>streams</c> and <c>events</c>.</summary>
internal static class EventQueries
{
    private const string ReadSql = """
        select stream_id, seq, time, kind, actor, run_id, attempt, payload, usage, hash
        from events
        where stream_id = $1 and seq > $2
        order by seq
        limit $3
        """;

    public static async Task<IReadOnlyList<Event>> Read(
        NpgsqlConnection connection, Guid streamId, long afterSeq, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterSeq });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadEvents(command, cancellationToken);
    }

    private const string ReadStreamsSql = """
        select stream_id, seq, time, kind, actor, run_id, attempt, payload, usage, hash
        from events
        where (stream_id, seq) > ($1, $2) and stream_id <= $3
        order by stream_id, seq
        limit $4
        """;

    /// <summary>Reads on after an event, from stream to stream in the order of their ids, to the end of <paramref name="last"/>.</summary>
    public static async Task<IReadOnlyList<Event>> ReadStreams(
        NpgsqlConnection connection, Guid streamId, long afterSeq, Guid last, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadStreamsSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = streamId });
        command.Parameters.Add(new NpgsqlParameter<long> { TypedValue = afterSeq });
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = last });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        return await ReadEvents(command, cancellationToken);
    }

    private const string FindStreamSql = "select head_seq, head_hash, first_seq, base_hash from streams where id = $1";

    /// <summary>Null when there is no such stream.</summary>
    public static async Task<StreamRecord?> FindStream(NpgsqlConnection connection, Guid streamId, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(FindStreamSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = streamId });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await reader.ReadAsync(cancellationToken)
            ? new StreamRecord(
                streamId, reader.GetInt64(0), reader.GetFieldValue<byte[]>(1), reader.GetInt64(2), reader.GetFieldValue<byte[]>(3))
            : null;
    }

    private const string ListStreamsSql = "select id from streams where id > $1 order by id limit $2";

    public static async Task<IReadOnlyList<Guid>> ListStreams(
        NpgsqlConnection connection, Guid after, int limit, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListStreamsSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid> { TypedValue = after });
        command.Parameters.Add(new NpgsqlParameter<int> { TypedValue = limit });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var streams = new List<Guid>();
        while (await reader.ReadAsync(cancellationToken))
            streams.Add(reader.GetGuid(0));
        return streams;
    }

    private const string HeadsSql = "select id, head_seq from streams where id = any($1)";

    public static async Task<IReadOnlyList<(Guid StreamId, long HeadSeq)>> Heads(
        NpgsqlConnection connection, Guid[] streams, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(HeadsSql, connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = streams });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var heads = new List<(Guid, long)>(streams.Length);
        while (await reader.ReadAsync(cancellationToken))
            heads.Add((reader.GetGuid(0), reader.GetInt64(1)));
        return heads;
    }

    private static async Task<IReadOnlyList<Event>> ReadEvents(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<Event>();
        while (await reader.ReadAsync(cancellationToken))
            events.Add(ReadEvent(reader));
        return events;
    }

    internal static Event ReadEvent(NpgsqlDataReader row) =>
        new(
            row.GetGuid(0),
            row.GetInt64(1),
            row.GetDateTime(2),
            row.GetString(3),
            row.GetString(4),
            row.GetGuid(5),
            row.GetInt32(6),
            row.GetString(7),
            row.IsDBNull(8) ? null : row.GetString(8),
            row.GetFieldValue<byte[]>(9));
}

