using Dapper;
using Koda.Server.Engine.Dispatch;
using Npgsql;

namespace Koda.Server.Engine.Workers;

/// <summary>The only writer of <c>workers</c>: what is known of workers, for people. Dispatching does not read it.</summary>
internal static class WorkerStore
{
    // A server that dies takes back nothing: its workers count as connected this long without its word.
    private const string Presence = "clock_timestamp() + interval '30 seconds'";

    private const string ConnectSql = $"""
        insert into workers (
            id, name, version, slots, agent_ids, workspace_roots, default_workspace, confined, unconfined_reason, unconfined_commands, role, tags,
            connection_id, present_until)
        values (
            @WorkerId, @Name, @Version, @Slots, @AgentIds, @WorkspaceRoots, @DefaultWorkspace, @Confined, @Missing, @Accepted, @Role, @Tags,
            @connectionId, {Presence})
        on conflict (id) do update
        set name = excluded.name,
            version = excluded.version,
            slots = excluded.slots,
            agent_ids = excluded.agent_ids,
            workspace_roots = excluded.workspace_roots,
            default_workspace = excluded.default_workspace,
            confined = excluded.confined,
            unconfined_reason = excluded.unconfined_reason,
            unconfined_commands = excluded.unconfined_commands,
            role = excluded.role,
            tags = excluded.tags,
            connection_id = excluded.connection_id,
            present_until = excluded.present_until,
            mcp_servers = '[]',
            mcp_refresh = 0,
            connected_at = now()
        """;

    public static Task Connect(NpgsqlConnection connection, Guid connectionId, WorkerHello hello, CancellationToken cancellationToken)
    {
        var row = new
        {
            hello.WorkerId,
            hello.Name,
            hello.Version,
            hello.Slots,
            AgentIds = hello.AgentIds.ToArray(),
            WorkspaceRoots = hello.WorkspaceRoots.ToArray(),
            hello.DefaultWorkspace,
            hello.Commands.Confined,
            hello.Commands.Missing,
            hello.Commands.Accepted,
            hello.Role,
            Tags = hello.Tags.ToArray(),
            connectionId,
        };
        return connection.ExecuteAsync(new CommandDefinition(ConnectSql, row, cancellationToken: cancellationToken));
    }

    private const string ListSql = """
        select id, name, version, slots, agent_ids, workspace_roots, confined, unconfined_reason, unconfined_commands, connected_at, role, tags
        from workers
        where present_until > clock_timestamp()
        order by name, id
        """;

    /// <summary>The connected workers, of whichever server.</summary>
    public static async Task<List<WorkerRecord>> List(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var workers = new List<WorkerRecord>();
        while (await reader.ReadAsync(cancellationToken))
        {
            workers.Add(
                new WorkerRecord
                {
                    Id = reader.GetString(0),
                    Name = reader.GetString(1),
                    Version = reader.GetString(2),
                    Slots = reader.GetInt32(3),
                    AgentIds = reader.GetFieldValue<string[]>(4),
                    WorkspaceRoots = reader.GetFieldValue<string[]>(5),
                    Commands = new WorkerCommands(
                        await reader.IsDBNullAsync(6, cancellationToken) ? null : reader.GetBoolean(6),
                        reader.GetString(7),
                        reader.GetBoolean(8)),
                    ConnectedAt = reader.GetFieldValue<DateTimeOffset>(9),
                    Role = reader.GetString(10),
                    Tags = reader.GetFieldValue<string[]>(11),
                });
        }
        return workers;
    }

    // Few attempts are open, and an index holds just those.
    private const string ListHeldSql = """
        select
            attempts.worker_id,
            coalesce(array_agg(attempts.task_id order by attempts.accepted_at, attempts.task_id) filter (where runs.kind = 'task'), '{}'),
            count(*) filter (where runs.kind <> 'task')::int
        from attempts
        join tasks on tasks.id = attempts.task_id
        join runs on runs.id = tasks.run_id
        where attempts.ended_at is null and attempts.accepted_at is not null
        group by attempts.worker_id
        """;

    /// <summary>What workers work on, by their ids. Who has nothing is not there.</summary>
    public static async Task<Dictionary<string, HeldWork>> ListHeld(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(ListHeldSql, connection);
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var held = new Dictionary<string, HeldWork>();
        while (await reader.ReadAsync(cancellationToken))
            held.Add(reader.GetString(0), new HeldWork(reader.GetFieldValue<Guid[]>(1), reader.GetInt32(2)));
        return held;
    }

    private const string ConfirmSql = $"update workers set present_until = {Presence} where connection_id = any(@connectionIds)";

    /// <summary>These connections go on.</summary>
    public static Task<int> Confirm(NpgsqlConnection connection, Guid[] connectionIds, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(ConfirmSql, new { connectionIds }, cancellationToken: cancellationToken));

    private const string LeaveSql = "update workers set present_until = clock_timestamp() where connection_id = @connectionId";

    /// <summary>A connection is over. A newer one of the same worker is not touched.</summary>
    public static Task<int> Leave(NpgsqlConnection connection, Guid connectionId, CancellationToken cancellationToken) =>
        connection.ExecuteAsync(new CommandDefinition(LeaveSql, new { connectionId }, cancellationToken: cancellationToken));

    private const string TellMcpSql =
        "update workers set mcp_servers = @servers, mcp_refresh = @refresh where connection_id = @connectionId";

    public static Task<int> TellMcp(NpgsqlConnection connection, Guid connectionId, WorkerMcp told, CancellationToken cancellationToken)
    {
        var row = new { connectionId, servers = EngineJson.Write(told.Servers), refresh = told.Refresh };
        return connection.ExecuteAsync(new CommandDefinition(TellMcpSql, row, cancellationToken: cancellationToken));
    }

    private const string ListMcpSql = "select mcp_servers, mcp_refresh from workers where present_until > clock_timestamp()";

    /// <summary>What the connected workers told, of whichever server.</summary>
    public static async Task<List<WorkerMcp>> ListMcp(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        [
            .. (
                await connection.QueryAsync<(string Servers, long Refresh)>(
                    new CommandDefinition(ListMcpSql, cancellationToken: cancellationToken))
            ).Select(row => new WorkerMcp(EngineJson.Read<List<McpServerRecord>>(row.Servers), row.Refresh)),
        ];

    // A worker starts under another id each time: what one of the same name says now stands for it.
    private const string ListRootsSql = """
        select workspace_roots, present_until > clock_timestamp() as connected
        from workers w
        where present_until > clock_timestamp() - interval '1 day'
            and (present_until > clock_timestamp() or not exists (select from workers o where o.name = w.name and o.present_until > clock_timestamp()))
        """;

    /// <summary>The roots of the workers that are connected, or were within a day.</summary>
    public static async Task<WorkerRoots> ListRoots(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var rows = (
            await connection.QueryAsync<(string[] Roots, bool Connected)>(
                new CommandDefinition(ListRootsSql, cancellationToken: cancellationToken))).AsList();
        return new WorkerRoots(rows.Exists(row => row.Connected), [.. rows.Select(row => row.Roots)]);
    }

    private const string NextRefreshSql = "select nextval('mcp_refreshes')";

    public static Task<long> NextRefresh(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition(NextRefreshSql, cancellationToken: cancellationToken));
}
