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

    private const string LockTaskHeadsSql = """
        with heads as materialized (
            select id, head_seq, head_hash from streams where id = any(array(select stream_id from tasks where id = any($1))) order by id for update
        )
        select id, head_seq, head_hash, clock_timestamp() from heads
        """;

    /// <summary>Locks the heads of streams, in the order of their ids, so that two appenders cannot wait for each other.</summary>
    public static async Task<Dictionary<Guid, StreamHead>> LockHeads(
        Transaction transaction, Guid[] streams, CancellationToken cancellationToken)
    {
        if (streams.Length == 0)
            return [];
        await using var command = new NpgsqlCommand(LockHeadsSql, transaction.Connection);
        command.Parameters.AddValue(streams);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        return await ReadHeads(transaction, reader, cancellationToken);
    }

    /// <summary>Locks the heads of the streams of these tasks, as <see cref="LockHeads"/> does, in a batch with other statements.</summary>
    public static NpgsqlBatchCommand LockHeadsOfTasks(Guid[] taskIds)
    {
        var command = new NpgsqlBatchCommand(LockTaskHeadsSql);
        command.Parameters.AddValue(taskIds);
        return command;
    }

    public static async Task<Dictionary<Guid, StreamHead>> ReadHeads(
        Transaction transaction, NpgsqlDataReader reader, CancellationToken cancellationToken)
    {
        var heads = new Dictionary<Guid, StreamHead>();
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

    public static NpgsqlBatchCommand Insert(IReadOnlyCollection<StreamHead> heads, IReadOnlyCollection<Event> events)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddColumn(heads, head => head.Id);
        command.Parameters.AddColumn(heads, head => head.Seq);
        command.Parameters.AddColumn(heads, head => head.Hash);
        command.Parameters.AddColumn(heads, head => head.IsNew);
        command.Parameters.AddColumn(events, entry => entry.StreamId);
        command.Parameters.AddColumn(events, entry => entry.Seq);
        command.Parameters.AddColumn(events, entry => entry.Time);
        command.Parameters.AddColumn(events, entry => entry.Kind);
        command.Parameters.AddColumn(events, entry => entry.Actor);
        command.Parameters.AddColumn(events, entry => entry.RunId);
        command.Parameters.AddColumn(events, entry => entry.Attempt);
        command.Parameters.AddColumn(events, entry => entry.Payload);
        command.Parameters.AddColumn(events, entry => entry.Usage);
        command.Parameters.AddColumn(events, entry => entry.Hash);
        return command;
    }
}
