using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Runs;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Overview;

/// <summary>Lists what waits for a person, whichever kind of run it is, the longest wait first.</summary>
internal sealed class ListInbox(Database database)
{
    private const string RunsSql = """
        select t.id as task_id, r.id, r.kind, r.stream_id, coalesce(nullif(c.title, ''), left(t.query, 200)) as title
        from tasks t
        join runs r on r.id = t.run_id
        left join conversations c on r.kind <> 'task' and c.id = r.stream_id
        where t.id = any($1)
        """;

    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST.</exception>
    public Task<Page<InboxItem>> Execute(string agentId, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var filters = $"inbox {agentId}";
        var size = Page.Limit(limit);
        var after = ListCursor.DecodeId(filters, cursor) ?? Guid.Empty;
        return database.Read(
            async (connection, token) =>
            {
                var waiting = await ApprovalStore.ListPending(connection, agentId, after, size + 1, token);
                var runs = await Runs(connection, [.. waiting.Select(asked => asked.TaskId)], token);
                var items = waiting.ConvertAll(asked => new InboxItem(asked, runs[asked.TaskId]));
                return Page.Of(items, size, filters, item => item.Asked.Id.ToString("N"));
            },
            cancellationToken);
    }

    private static async Task<Dictionary<Guid, WaitingRun>> Runs(
        NpgsqlConnection connection, Guid[] taskIds, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(RunsSql, connection);
        command.Parameters.AddValue(taskIds);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new Dictionary<Guid, WaitingRun>();
        while (await reader.ReadAsync(cancellationToken))
        {
            runs[reader.GetGuid(0)] = new WaitingRun(
                reader.GetGuid(1), EnumText<RunKind>.Parse(reader.GetString(2)), reader.GetGuid(3), reader.GetString(4));
        }
        return runs;
    }
}
