using Dapper;
using Koda.Server.Engine.Dispatch;
using Npgsql;

namespace Koda.Server.Engine.Workers;

/// <summary>The only writer of <c>workers</c>: what is known of workers, for people. Dispatching does not read it.</summary>
internal static class WorkerStore
{
    private const string ConnectSql = """
        insert into workers (id, name, version, slots, agent_ids, workspace_roots, default_workspace)
        values (@WorkerId, @Name, @Version, @Slots, @AgentIds, @WorkspaceRoots, @DefaultWorkspace)
        on conflict (id) do update
        set name = excluded.name,
            version = excluded.version,
            slots = excluded.slots,
            agent_ids = excluded.agent_ids,
            workspace_roots = excluded.workspace_roots,
            default_workspace = excluded.default_workspace,
            connected_at = now()
        """;

    public static Task Connect(NpgsqlConnection connection, WorkerHello hello, CancellationToken cancellationToken)
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
        };
        return connection.ExecuteAsync(new CommandDefinition(ConnectSql, row, cancellationToken: cancellationToken));
    }
}
