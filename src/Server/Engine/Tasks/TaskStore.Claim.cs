using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Tasks;

/// <summary>
/// What like workers can take together: tasks of these agents (ids in lower case), in these workspaces. Empty lists mean "any".
/// </summary>
internal sealed record ClaimDemand(string[] AgentIds, string[] WorkspaceRoots, int Credit)
{
    /// <summary>What the workers offer to tasks that ask for it, by <see cref="WorkerRoute.Offers"/>.</summary>
    public string[] Offers { get; init; } = [];
}

/// <summary>A task that a claim has set running.</summary>
internal sealed record ClaimedTask(
    Guid Id,
    Guid RunId,
    Guid StreamId,
    string AgentId,
    int AgentVersion,
    int Attempt,
    string Query,
    string Workspace,
    TaskContext Context,
    string Traceparent,
    string Metadata,
    StreamHead Head);

/// <summary>
/// What a claim gave to each demand, in the order in which the tasks were queued, and the ids of workers that others wait for.
/// </summary>
internal sealed record ClaimedTasks(IReadOnlyList<IReadOnlyList<ClaimedTask>> Tasks, IReadOnlyList<string> AwaitedWorkers);

internal static partial class TaskStore
{
    // Planning a claim takes several times as long as running it, and no parameter could change the plan; left to itself, the database
    // plans it each time.
    private const string KeepPlanSql = "set local plan_cache_mode = force_generic_plan";

    // Dispatchers take turns at agents with a limit. The claim that follows has a newer snapshot, so it counts what the others have
    // started.
    private const string LockLimitedAgentsSql = """
        select id
        from agents
        where max_concurrent > 0 and exists (select from tasks where state = 'queued' and agent_id = agents.id)
        order by id
        for no key update
        """;

    // The same for connections with a limit, which are few. It tells whether there is any, or a cooldown.
    private const string LockLimitedConnectionsSql = """
        with locked as (select from provider_limits order by provider_id, model for no key update)
        select (select count(*) from locked) > 0 or exists (select from provider_cooldowns)
        """;

    // Each agent, connection, model and route with queued tasks is a lane of the index. The lanes are found by jumping from one to the
    // next, and each is read no further than it can be used, so the cost depends neither on how much is queued nor on how much of it may
    // not run.
    private const string Lanes = """
        with recursive lane as (
            (select agent_id, connection, model, route from tasks where state = 'queued' order by agent_id, connection, model, route limit 1)
            union all
            select next.agent_id, next.connection, next.model, next.route
            from lane
            cross join lateral (
                select agent_id, connection, model, route
                from tasks
                where state = 'queued' and (agent_id, connection, model, route) > (lane.agent_id, lane.connection, lane.model, lane.route)
                order by agent_id, connection, model, route
                limit 1
            ) as next
        """;

    // The best of all lanes decide how many each lane gives; only those are locked, and rows that another dispatcher has locked are
    // replaced by the next ones of their lane. The heads of the streams come along: locking them gives their newest version, whatever the
    // snapshot holds, and who appends to a task's stream has locked the task first.
    private const string Taking = """
        ), quota as (
            select agent_id, connection, model, route, count(*) as places from best group by agent_id, connection, model, route
        ), taken as materialized (
            select head.id
            from quota
            cross join lateral (
                select id
                from tasks
                where state = 'queued' and agent_id = quota.agent_id and connection = quota.connection and model = quota.model and route = quota.route
                    and (cardinality($3) = 0 or workspace = '' or exists (
                        select from unnest($3) as root where workspace = root or starts_with(workspace, root || '/')))
                order by priority desc, id
                limit quota.places
                for no key update skip locked
            ) as head
        ), claimed as (
            update tasks
            set state = 'running', attempt = attempt + 1, started_at = coalesce(started_at, clock_timestamp()), updated_at = clock_timestamp()
            from taken
            where tasks.id = taken.id
            returning tasks.id, run_id, stream_id, agent_id, agent_version, attempt, query, workspace, context, traceparent, metadata, priority
        )
        select claimed.*, head_seq, head_hash, clock_timestamp()
        from claimed
        join streams on streams.id = stream_id
        order by priority desc, claimed.id
        for update of streams
        """;

    // Lanes of an agent with a limit are cut to it together, the best first.
    private const string ClaimSql = $"""
        {Lanes}
        ), room as (
            select lane.*, agents.max_concurrent > 0 as limited,
                case when agents.state in ('paused', 'archived') then 0 when agents.max_concurrent = 0 then $1 else least($1, agents.max_concurrent - (
                    select count(*) from (
                        select from tasks where state = 'running' and agent_id = lane.agent_id limit agents.max_concurrent
                    ) as running)) end as places
            from lane
            join agents on agents.id = lane.agent_id
            where (cardinality($2) = 0 or lower(lane.agent_id collate "C") = any($2)) and string_to_array(lane.route, E'\n') <@ $4
        ), best as (
            select agent_id, connection, model, route
            from (
                select room.agent_id, room.connection, room.model, room.route, first.priority, first.id
                from room
                cross join lateral (
                    select priority, id
                    from tasks
                    where state = 'queued' and agent_id = room.agent_id and connection = room.connection and model = room.model and route = room.route
                        and (cardinality($3) = 0 or workspace = '' or exists (
                            select from unnest($3) as root where workspace = root or starts_with(workspace, root || '/')))
                    order by priority desc, id
                    limit greatest(room.places, 0)
                ) as first
                where not room.limited
                union all
                select agent_id, connection, model, route, priority, id
                from (
                    select room.agent_id, room.connection, room.model, room.route, first.priority, first.id, room.places,
                        row_number() over (partition by room.agent_id order by first.priority desc, first.id) as of_agent
                    from room
                    cross join lateral (
                        select priority, id
                        from tasks
                        where state = 'queued' and agent_id = room.agent_id and connection = room.connection and model = room.model and route = room.route
                            and (cardinality($3) = 0 or workspace = '' or exists (
                                select from unnest($3) as root where workspace = root or starts_with(workspace, root || '/')))
                        order by priority desc, id
                        limit greatest(room.places, 0)
                    ) as first
                    where room.limited
                ) as by_agent
                where of_agent <= places
            ) as fitting
            order by priority desc, id
            limit $1
        {Taking}
        """;

    // Where a connection has a limit or cools down: a lane whose provider asked for a pause is left out, and lanes that share a limit are
    // cut to it together.
    private const string ClaimGovernedSql = $"""
        {Lanes}
        ), need as (
            select lane.*, provider.id as provider_id, coalesce(nullif(lane.model, ''), provider.default_model) as used_model
            from lane
            left join providers as provider on provider.id = coalesce(nullif(lane.connection, ''), (select id from default_connection))
        ), room as (
            select need.*, agents.max_concurrent > 0 or whole.places is not null or one.places is not null as shared,
                case when agents.state in ('paused', 'archived') then 0 when agents.max_concurrent = 0 then $1 else least($1, agents.max_concurrent - (
                    select count(*) from (
                        select from tasks where state = 'running' and agent_id = need.agent_id limit agents.max_concurrent
                    ) as running)) end as agent_places,
                coalesce(whole.places, $1) as connection_places, coalesce(one.places, $1) as model_places
            from need
            join agents on agents.id = need.agent_id
            left join lateral (
                select max_concurrent - running as places from provider_load where provider_id = need.provider_id and model = '') as whole on true
            left join lateral (
                select max_concurrent - running as places from provider_load
                where provider_id = need.provider_id and model = need.used_model and model <> '') as one on true
            where (cardinality($2) = 0 or lower(need.agent_id collate "C") = any($2)) and string_to_array(need.route, E'\n') <@ $4
                and not exists (
                    select from provider_cooldowns as cooldown
                    where cooldown.provider_id = need.provider_id and cooldown.model in ('', need.used_model) and until > clock_timestamp())
        ), head as materialized (
            select room.*, first.priority, first.id
            from room
            cross join lateral (
                select priority, id
                from tasks
                where state = 'queued' and agent_id = room.agent_id and connection = room.connection and model = room.model and route = room.route
                    and (cardinality($3) = 0 or workspace = '' or exists (
                        select from unnest($3) as root where workspace = root or starts_with(workspace, root || '/')))
                order by priority desc, id
                limit greatest(least(room.agent_places, room.connection_places, room.model_places), 0)
            ) as first
        ), fitting as (
            select agent_id, connection, model, route, priority, id from head where not shared
            union all
            select agent_id, connection, model, route, priority, id
            from (
                select *, row_number() over (partition by provider_id order by priority desc, id) as of_connection
                from (
                    select *, row_number() over (partition by provider_id, used_model order by priority desc, id) as of_model
                    from (
                        select *, row_number() over (partition by agent_id order by priority desc, id) as of_agent from head where shared
                    ) as by_agent
                    where of_agent <= agent_places
                ) as by_model
                where of_model <= model_places
            ) as by_connection
            where of_connection <= connection_places
        ), best as (
            select agent_id, connection, model, route from fitting order by priority desc, id limit $1
        {Taking}
        """;

    // As lanes are found: what waits for one worker costs the same, however much it is.
    private const string AwaitedSql = """
        with recursive awaited as (
            (select route from tasks where state = 'queued' and starts_with(route, 'worker:') order by route limit 1)
            union all
            select next.route
            from awaited
            cross join lateral (
                select route from tasks where state = 'queued' and starts_with(route, 'worker:') and route > awaited.route order by route limit 1
            ) as next
        )
        select route from awaited
        """;

    /// <summary>Claims for each demand in turn as many tasks as it can take, of all that may run, by priority and then by age.</summary>
    public static async Task<ClaimedTasks> Claim(
        Transaction transaction, IReadOnlyList<ClaimDemand> demands, ProviderLoad load, CancellationToken cancellationToken)
    {
        var changes = load.Changes;
        var governed = load.MayExist;
        await using var batch = new NpgsqlBatch(transaction.Connection);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(KeepPlanSql));
        batch.BatchCommands.Add(new NpgsqlBatchCommand(LockLimitedAgentsSql));
        if (governed)
            batch.BatchCommands.Add(new NpgsqlBatchCommand(LockLimitedConnectionsSql));
        foreach (var demand in demands)
        {
            var claim = new NpgsqlBatchCommand(governed ? ClaimGovernedSql : ClaimSql);
            claim.Parameters.AddValue(demand.Credit);
            claim.Parameters.AddValue(demand.AgentIds);
            claim.Parameters.AddValue(demand.WorkspaceRoots);
            claim.Parameters.AddValue(demand.Offers);
            batch.BatchCommands.Add(claim);
        }
        batch.BatchCommands.Add(new NpgsqlBatchCommand(AwaitedSql));
        var claimed = new List<IReadOnlyList<ClaimedTask>>(demands.Count);
        await using var reader = await batch.ExecuteReaderAsync(cancellationToken);
        if (governed)
        {
            await reader.NextResultAsync(cancellationToken);
            if (await reader.ReadAsync(cancellationToken) && !reader.GetBoolean(0))
                load.FoundNone(changes);
        }
        while (claimed.Count < demands.Count && await reader.NextResultAsync(cancellationToken))
        {
            var tasks = new List<ClaimedTask>();
            while (await reader.ReadAsync(cancellationToken))
            {
                tasks.Add(ReadClaimed(reader));
                transaction.ObserveTime(reader.GetDateTime(14));
            }
            claimed.Add(tasks);
        }
        await reader.NextResultAsync(cancellationToken);
        var awaited = new List<string>();
        while (await reader.ReadAsync(cancellationToken))
            awaited.Add(WorkerRoute.WorkerOf(reader.GetString(0)));
        return new ClaimedTasks(claimed, awaited);
    }

    private static ClaimedTask ReadClaimed(NpgsqlDataReader row) => new(
        row.GetGuid(0),
        row.GetGuid(1),
        row.GetGuid(2),
        row.GetString(3),
        row.GetInt32(4),
        row.GetInt32(5),
        row.GetString(6),
        row.GetString(7),
        EngineJson.Read<TaskContext>(row.GetString(8)),
        row.GetString(9),
        row.GetString(10),
        new StreamHead { Id = row.GetGuid(2), Seq = row.GetInt64(12), Hash = row.GetFieldValue<byte[]>(13) });
}
