using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

internal static partial class TaskStore
{
    private const string InsertSql = """
        insert into tasks
            (id, run_id, stream_id, agent_id, agent_version, state, priority, max_attempts, principal, traceparent, workspace, query, metadata, context,
            connection, model, route, created_at, updated_at)
        select id, id, stream_id, agent_id, agent_version, 'queued', priority, max_attempts, principal, traceparent, workspace, query, metadata, context,
            connection, model, route, $16, $16
        from unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15) as task (
            id, stream_id, agent_id, agent_version, priority, max_attempts, principal, traceparent, workspace, query, metadata, context, connection, model, route)
        """;

    /// <summary>Stores tasks whose run has the task's id.</summary>
    public static NpgsqlBatchCommand Insert(IReadOnlyCollection<NewTask> tasks, DateTime createdAt)
    {
        var command = new NpgsqlBatchCommand(InsertSql);
        command.Parameters.AddColumn(tasks, task => task.Id);
        command.Parameters.AddColumn(tasks, task => task.StreamId);
        command.Parameters.AddColumn(tasks, task => task.Agent.Id);
        command.Parameters.AddColumn(tasks, task => task.Agent.Version);
        command.Parameters.AddColumn(tasks, task => task.Submission.Priority);
        command.Parameters.AddColumn(tasks, task => task.MaxAttempts);
        command.Parameters.AddColumn(tasks, task => task.Submission.Principal);
        command.Parameters.AddColumn(tasks, task => task.Submission.Traceparent);
        command.Parameters.AddColumn(tasks, task => task.Submission.Context.Workspace);
        command.Parameters.AddColumn(tasks, task => task.Submission.Query);
        command.Parameters.AddColumn(tasks, task => task.Submission.Metadata);
        command.Parameters.AddColumn(tasks, task => EngineJson.Write(task.Submission.Context));
        command.Parameters.AddColumn(tasks, task => task.Connection);
        command.Parameters.AddColumn(tasks, task => task.Model);
        command.Parameters.AddColumn(tasks, task => task.Route);
        command.Parameters.AddValue(createdAt);
        return command;
    }
}
