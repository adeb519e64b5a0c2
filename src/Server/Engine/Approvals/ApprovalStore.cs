using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Approvals;

/// <summary>An approval to store: what the worker asked, for a task under its lock.</summary>
internal sealed record NewApproval(Guid Id, Guid TaskId, string AgentId, RequestedApproval Asked, DateTime ExpiresAt);

/// <summary>The only writer of <c>approvals</c>. They change under the lock of their task.</summary>
internal static partial class ApprovalStore
{
    private const string InsertSql = """
        insert into approvals
            (id, task_id, agent_id, call_id, tool, arguments, preview, risk, digest, expires_at, purpose, multiple, always_pattern, options)
        select asked.id, task_id, agent_id, call_id, tool, arguments, preview, risk, digest, expires_at, purpose, multiple, always_pattern,
            array(select jsonb_array_elements_text(asked.options::jsonb))
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) as asked
            (id, task_id, agent_id, call_id, tool, arguments, preview, risk, digest, expires_at, purpose, multiple, always_pattern, options)
        """;

    public static NpgsqlBatchCommand Insert(IReadOnlyCollection<NewApproval> approvals)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddColumn(approvals, approval => approval.Id);
        command.Parameters.AddColumn(approvals, approval => approval.TaskId);
        command.Parameters.AddColumn(approvals, approval => approval.AgentId);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.CallId);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.Tool);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.Arguments);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.Preview);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.Risk);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.Digest);
        command.Parameters.AddColumn(approvals, approval => approval.ExpiresAt);
        command.Parameters.AddColumn(approvals, approval => EnumText<ApprovalPurpose>.Of(approval.Asked.Purpose));
        command.Parameters.AddColumn(approvals, approval => approval.Asked.Multiple);
        command.Parameters.AddColumn(approvals, approval => approval.Asked.AlwaysPattern);
        command.Parameters.AddColumn(approvals, approval => EngineJson.Write(approval.Asked.Options));
        return command;
    }

    /// <summary>When the next question is over.</summary>
    public const string NextDueSql = "(select min(expires_at) from approvals where state = 'pending')";

    private const string CancelSql = """
        update approvals
        set state = 'cancelled', answered_at = clock_timestamp()
        where task_id = any($1) and state = 'pending'
        """;

    /// <summary>Withdraws the questions of tasks that were cancelled.</summary>
    public static NpgsqlBatchCommand Cancel(IReadOnlyCollection<Guid> taskIds)
    {
        var command = new NpgsqlBatchCommand(CancelSql);
        command.Parameters.AddColumn(taskIds, id => id);
        return command;
    }
}
