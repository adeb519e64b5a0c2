using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

internal static partial class TaskStore
{
    // As a claim does, it jumps from one lane to the next, here to that of each priority too: the cost depends on the lanes and not on how
    // much is queued. A lane is counted no further than this.
    private const int MostCounted = 100_000;

    private const string QueuedSql = """
        with recursive lane as (
            (select agent_id, connection, model, route, priority from tasks where state = 'queued' order by agent_id, connection, model, route, priority desc limit 1)
            union all
            select next.agent_id, next.connection, next.model, next.route, next.priority
            from lane
            cross join lateral (
                select * from (
                    select agent_id, connection, model, route, priority
                    from tasks
                    where state = 'queued' and agent_id = lane.agent_id and connection = lane.connection and model = lane.model
                        and route = lane.route and priority < lane.priority
                    order by priority desc
                    limit 1
                ) as lower
                union all
                select * from (
                    select agent_id, connection, model, route, priority
                    from tasks
                    where state = 'queued' and (agent_id, connection, model, route) > (lane.agent_id, lane.connection, lane.model, lane.route)
                    order by agent_id, connection, model, route, priority desc
                    limit 1
                ) as other
                limit 1
            ) as next
        ), counted as (
            select lane.agent_id, first.queued_at, (
                select count(*) from (
                    select from tasks
                    where state = 'queued' and agent_id = lane.agent_id and connection = lane.connection and model = lane.model and route = lane.route
                        and priority = lane.priority
                    limit $1
                ) as first_ones) as tasks
            from lane
            cross join lateral (
                select updated_at as queued_at
                from tasks
                where state = 'queued' and agent_id = lane.agent_id and connection = lane.connection and model = lane.model and route = lane.route
                        and priority = lane.priority
                order by id
                limit 1
            ) as first
        )
        select agent_id, sum(tasks)::bigint, greatest(clock_timestamp() - min(queued_at), interval '0')
        from counted
        group by agent_id
        order by agent_id
        """;

    /// <summary>What is queued, by agent. The first task of a lane was submitted before the others of it.</summary>
    public static async Task<IReadOnlyList<QueuedTasks>> Queued(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(QueuedSql, connection);
        command.Parameters.AddValue((long)MostCounted);
        var queued = new List<QueuedTasks>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            queued.Add(new QueuedTasks(reader.GetString(0), reader.GetInt64(1), reader.GetFieldValue<TimeSpan>(2)));
        return queued;
    }
}
