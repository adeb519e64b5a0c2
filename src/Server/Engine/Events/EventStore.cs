using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Events;

/// <summary>The only writer of <c>streams</c> and <c>events</c>.</summary>
internal static class EventStore
{
    // The clock is read after the locks were taken, so that times do not run backwards within a stream.
    private const string LockHeadsSql = """
        with heads as materialized (
            select id, head_seq, head_hash from streams where id = any($1) order by id for update
        )
        select id, head_seq, head_hash, clock_timestamp() from heads
        """;

    /// <summary>Locks the heads of streams, in the order of their ids, so that two appenders cannot wait for each other.</summary>
    public static async Task<Dictionary<Guid, StreamHead>> LockHeads(Transaction transaction, Guid[] streams, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<Guid, StreamHead>(streams.Length);
        if (streams.Length == 0)
            return heads;
        await using var command = new NpgsqlCommand(LockHeadsSql, transaction.Connection);
        command.Parameters.Add(new NpgsqlParameter<Guid[]> { TypedValue = streams });
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
        {
            var head = new StreamHead { Id = reader.GetGuid(0), Seq = reader.GetInt64(1), Hash = reader.GetFieldValue<byte[]>(2) };
            heads.Add(head.Id, head);
            transaction.ObserveTime(reader.GetDateTime(3));
        }
        return heads;
    }

    private const string InsertSql = """
        with heads as (
            select * from unnest($1, $2, $3, $4) as head (id, seq, hash, is_new)
        ), created as (
            insert into streams (id, head_seq, head_hash)
            select id, seq, hash from heads where is_new
        ), moved as (
            update streams set head_seq = heads.seq, head_hash = heads.hash
            from heads
            where streams.id = heads.id and not heads.is_new
        )
        insert into events (stream_id, seq, time, kind, actor, run_id, attempt, payload, usage, hash)
        select * from unnest($5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        """;

    public static async Task Insert(
        Transaction transaction, IReadOnlyCollection<StreamHead> heads, IReadOnlyCollection<Event> events, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(InsertSql, transaction.Connection);
        AddColumn(command, heads, head => head.Id);
        AddColumn(command, heads, head => head.Seq);
        AddColumn(command, heads, head => head.Hash);
        AddColumn(command, heads, head => head.IsNew);
        AddColumn(command, events, entry => entry.StreamId);
        AddColumn(command, events, entry => entry.Seq);
        AddColumn(command, events, entry => entry.Time);
        AddColumn(command, events, entry => entry.Kind);
        AddColumn(command, events, entry => entry.Actor);
        AddColumn(command, events, entry => entry.RunId);
        AddColumn(command, events, entry => entry.Attempt);
        AddColumn(command, events, entry => entry.Payload);
        AddColumn(command, events, entry => entry.Usage);
        AddColumn(command, events, entry => entry.Hash);
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    private static void AddColumn<TRow, TValue>(NpgsqlCommand command, IReadOnlyCollection<TRow> rows, Func<TRow, TValue> value)
    {
        var column = new TValue[rows.Count];
        var at = 0;
        foreach (var row in rows)
            column[at++] = value(row);
        command.Parameters.Add(new NpgsqlParameter<TValue[]> { TypedValue = column });
    }
}
