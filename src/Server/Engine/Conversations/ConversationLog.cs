using Koda.Server.Engine.Events;
using Koda.Server.Engine.Subagents;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Conversations;

/// <summary>Reads from a conversation's stream what matters later: not what was streamed while it happened.</summary>
internal static class ConversationLog
{
    public const string CompactedKind = "context.compacted";

    /// <summary>What a worker rebuilds the conversation from.</summary>
    public static readonly string[] Journal =
    [
        ConversationEvents.MessageSentKind,
        "model.started",
        "model.finished",
        "tool.started",
        "tool.finished",
        "approval.requested",
        "approval.answered",
        "approval.expired",
        CompactedKind,
        "context.pruned",
        "todo.changed",
        "skills.attached",
        ConversationSnapshot.Kind,
        "snapshot.restored",
        "guardrail.hit",
        "background.started",
        "background.ended",
        ConversationEvents.TitledKind,
        SubagentEvents.FinishedKind,
    ];

    /// <summary>What a branch takes along. Snapshots and commands in the background stay with the conversation that has them.</summary>
    public static readonly string[] Copied =
    [
        .. Journal.Where(kind =>
            !kind.StartsWith("snapshot.", StringComparison.Ordinal) && !kind.StartsWith("background.", StringComparison.Ordinal)),
    ];

    /// <summary>What messages are made of.</summary>
    public static readonly string[] Messages = [ConversationEvents.MessageSentKind, "model.finished", "tool.finished"];

    public static bool IsMessage(string kind) => Messages.Contains(kind);

    private const string ReadSql = """
        select stream_id, seq, time, kind, actor, run_id, attempt, payload, usage, hash
        from events
        where stream_id = $1 and kind = any($2) and seq > $3 and seq <= $4
        order by seq
        limit $5
        """;

    /// <summary>The events of these kinds up to and including <paramref name="throughSeq"/>.</summary>
    public static Task<IReadOnlyList<Event>> Read(
        NpgsqlConnection connection, Guid id, string[] kinds, long throughSeq, CancellationToken cancellationToken) =>
        Read(connection, id, kinds, 0, throughSeq, int.MaxValue, cancellationToken);

    /// <summary>The oldest events of these kinds after <paramref name="afterSeq"/>.</summary>
    public static Task<IReadOnlyList<Event>> Page(
        NpgsqlConnection connection, Guid id, string[] kinds, long afterSeq, int limit, CancellationToken cancellationToken) =>
        Read(connection, id, kinds, afterSeq, long.MaxValue, limit, cancellationToken);

    private static async Task<IReadOnlyList<Event>> Read(
        NpgsqlConnection connection,
        Guid id,
        string[] kinds,
        long afterSeq,
        long throughSeq,
        int limit,
        CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ReadSql, connection);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(kinds);
        command.Parameters.AddValue(afterSeq);
        command.Parameters.AddValue(throughSeq);
        command.Parameters.AddValue(limit);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<Event>();
        while (await reader.ReadAsync(cancellationToken))
            events.Add(EventQueries.ReadEvent(reader));
        return events;
    }

    private const string DecisionsSql = """
        with decided as (
            select payload::jsonb ->> 'approval_id' as approval_id
            from events
            where stream_id = $1 and kind = 'approval.answered' and (payload::jsonb ->> 'scope' = 'always' or payload::jsonb ->> 'decision' = 'denied')
        )
        select kind, actor, run_id, attempt, payload
        from events
        where stream_id = $1 and kind in ('approval.requested', 'approval.answered') and payload::jsonb ->> 'approval_id' in (select approval_id from decided)
        order by seq
        """;

    /// <summary>What people allowed for good, or forbade, in a conversation: the questions and their answers.</summary>
    public static async Task<IReadOnlyList<NewEvent>> Decisions(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(DecisionsSql, connection);
        command.Parameters.AddValue(id);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var events = new List<NewEvent>();
        while (await reader.ReadAsync(cancellationToken))
            events.Add(new NewEvent(reader.GetString(0), reader.GetString(1), reader.GetGuid(2), reader.GetInt32(3), reader.GetString(4)));
        return events;
    }

    private const string HasNothingAfterSql = """
        select not exists (select from events where stream_id = $1 and seq > greatest($2, $3) and kind = 'turn.ended')
            and coalesce((select head_seq from streams where id = $1), 0) >= $3
        """;

    /// <summary>
    /// Whether no turn ended after the event <paramref name="turnSeq"/>, which began one, and after <paramref name="seen"/>, an event that
    /// exists.
    /// </summary>
    public static async Task<bool> HasNothingAfter(
        NpgsqlConnection connection, Guid id, long turnSeq, long seen, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(HasNothingAfterSql, connection);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(turnSeq);
        command.Parameters.AddValue(seen);
        return (bool)(await command.ExecuteScalarAsync(cancellationToken))!;
    }

    private const string LastMarkSql = """
        select coalesce(max(seq), 0) from events
        where stream_id = $1 and kind in ('message.sent', 'context.compacted') and kind = $2
        """;

    /// <summary>The newest event that begins a turn, or that a journal can be read from. 0: there is none.</summary>
    public static async Task<long> LastMark(NpgsqlConnection connection, Guid id, string kind, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(LastMarkSql, connection);
        command.Parameters.AddValue(id);
        command.Parameters.AddValue(kind);
        return (long)(await command.ExecuteScalarAsync(cancellationToken))!;
    }
}
