using Npgsql;

namespace Koda.Server.Engine.Subagents;

internal static partial class SubagentStore
{
    private const string Final = "('succeeded', 'failed', 'cancelled')";

    // Pauses between attempts, and questions, do not count.
    private const string Ran =
        "(select coalesce(sum(coalesce(a.ended_at, clock_timestamp()) - a.offered_at), interval '0') from attempts a where a.task_id = c.id)";

    private const string OpenOnes = """
        subagents s
        join tasks c on c.id = s.task_id
        left join tasks p on p.id = s.parent_task_id
        where s.settled_at is null
        """;

    private const string HasNews = $"(c.state in {Final} or (c.approval_id is not null and c.approval_id is distinct from s.asked_id))";

    private const string IsUnwanted = $"(c.state not in {Final} and c.stop_requested <> 'cancel' and (p.state in {Final} or s.timed_out))";

    private const string MayTimeOut = "(c.state = 'running' and c.stop_requested <> 'cancel' and not s.timed_out)";

    private const string MayGiveUp = "(c.state = 'queued' and c.stop_requested <> 'cancel' and not s.timed_out)";

    private const string MayGoOn = """
        tasks t where t.state = 'waiting' and t.approval_id is null
            and not exists (select from subagents s where s.parent_task_id = t.id and s.settled_at is null)
        """;

    /// <summary>
    /// When a subagent, or who waits for it, is to be looked after next; an expression of SQL that is null when nothing is to be done.
    /// </summary>
    public const string NextDueSql = $"""
        least(
            (select min(case
                when {HasNews} or {IsUnwanted} then clock_timestamp() - interval '1 second'
                when {MayTimeOut} then clock_timestamp() + s.timeout - {Ran}
                when {MayGiveUp} then c.updated_at + s.patience end)
            from {OpenOnes}),
            (select min(clock_timestamp() - interval '1 second') from {MayGoOn}))
        """;

    private const string DueParentsSql = $"""
        select distinct s.parent_id, s.parent_task_id from {OpenOnes} and {HasNews}
        union
        select t.stream_id, t.id from {MayGoOn}
        """;

    /// <summary>Conversations whose stream has something to tell, with the turn that waits for it.</summary>
    public static async Task<List<(Guid ConversationId, Guid? TaskId)>> DueParents(
        NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(DueParentsSql, connection);
        var due = new List<(Guid, Guid?)>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            due.Add((reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetGuid(1)));
        return due;
    }

    private const string UnwantedSql = $"""
        select s.conversation_id, s.task_id, p.state is not null and p.state in {Final} from {OpenOnes} and ({IsUnwanted} or ({MayTimeOut} and {Ran} >= s.timeout)
            or ({MayGiveUp} and c.updated_at + s.patience <= clock_timestamp()))
        """;

    /// <summary>Those that nobody waits for any more, those that ran too long, and those that no worker takes.</summary>
    public static async Task<List<UnwantedSubagent>> Unwanted(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(UnwantedSql, connection);
        var unwanted = new List<UnwantedSubagent>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            unwanted.Add(new UnwantedSubagent(reader.GetGuid(0), reader.GetGuid(1), reader.GetBoolean(2)));
        return unwanted;
    }
}

/// <summary>A subagent that is to be stopped: its caller ended, or else its time is over.</summary>
internal sealed record UnwantedSubagent(Guid ConversationId, Guid TaskId, bool CallerEnded);
