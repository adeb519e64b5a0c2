using Koda.Server.Engine.Runs;
using Koda.Server.Engine.Tasks;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;
using NpgsqlTypes;

namespace Koda.Server.Engine.Overview;

/// <summary>Reads <c>runs</c> with what belongs to them.</summary>
internal static class RunQueries
{
    private const string Columns = """
        select r.id, r.kind, r.parent_id, r.number, r.stream_id, r.agent_id, r.agent_version, r.workspace,
            coalesce(nullif(c.title, ''), left(t.query, 200)) as title, t.state, t.approval_id is not null as awaits_approval,
            case when t.state = 'failed' then t.error_code end as error_code, t.error_message,
            used.input_tokens, used.output_tokens, used.cached_input_tokens, used.cache_write_tokens, used.reasoning_tokens, used.cost_micros,
            used.model_calls, used.tool_calls, used.unpriced_calls, used.descendants,
            t.created_at, t.started_at, t.updated_at, t.finished_at
        from runs r
        join tasks t on t.id = r.id
        left join conversations c on r.kind <> 'task' and c.id = r.stream_id
        cross join lateral (
            select sum(input_tokens)::bigint as input_tokens, sum(output_tokens)::bigint as output_tokens,
                sum(cached_input_tokens)::bigint as cached_input_tokens, sum(cache_write_tokens)::bigint as cache_write_tokens,
                sum(reasoning_tokens)::bigint as reasoning_tokens, sum(cost_micros)::bigint as cost_micros, sum(model_calls)::int as model_calls,
                sum(tool_calls)::int as tool_calls, sum(unpriced_calls)::int as unpriced_calls, count(*)::int - 1 as descendants
            from runs tree
            where tree.id = r.id or tree.root_id = r.id
        ) as used
        """;

    // The state stands in the text, so that each is planned by its own index: a plan for any state would walk all runs for the few that
    // wait.
    private const string State = "/* state */";

    private const string Filters = $"""
        ($1 = '' or r.kind = $1) and ($2 is null or (t.approval_id is not null) = $2) and ($3 = '' or r.agent_id = $3)
            and ($4 is null or t.created_at >= $4) and ($5 is null or t.created_at < $5) {State}
        """;

    private const string ListSql = $"{Columns} where r.root_id is null and {Filters} and r.id < $6 order by r.id desc limit $7";

    /// <summary>Roots older than <paramref name="before"/>, newest first.</summary>
    public static Task<List<RunRecord>> List(
        NpgsqlConnection connection, RunFilter filter, Guid before, int limit, CancellationToken cancellationToken)
    {
        var command = Filtered(connection, ListSql, filter);
        command.Parameters.AddValue(before);
        command.Parameters.AddValue(limit);
        return ReadAll(command, cancellationToken);
    }

    private const string RootsOfSql = $"""
        {Columns}
        where {Filters} and r.root_id is null and r.id in (select coalesce(root_id, id) from runs where id = any($6))
        order by t.updated_at, r.id
        """;

    /// <summary>The roots of runs, those that changed last at the end.</summary>
    public static Task<List<RunRecord>> RootsOf(
        NpgsqlConnection connection, RunFilter filter, Guid[] runs, CancellationToken cancellationToken)
    {
        var command = Filtered(connection, RootsOfSql, filter);
        command.Parameters.AddValue(runs);
        return ReadAll(command, cancellationToken);
    }

    private const string FindSql = $"{Columns} where r.id = $1 or r.parent_id = $1 order by r.id <> $1, r.number";

    /// <summary>A run, and after it those that it has started. None: there is no such run.</summary>
    public static Task<List<RunRecord>> Find(NpgsqlConnection connection, Guid id, CancellationToken cancellationToken)
    {
        var command = new NpgsqlCommand(FindSql, connection);
        command.Parameters.AddValue(id);
        return ReadAll(command, cancellationToken);
    }

    private static NpgsqlCommand Filtered(NpgsqlConnection connection, string sql, RunFilter filter)
    {
        var command = new NpgsqlCommand(sql.Replace(State, Condition(filter.State), StringComparison.Ordinal), connection);
        command.Parameters.AddValue(filter.Kind is { } kind ? EnumText<RunKind>.Of(kind) : "");
        command.Parameters.Add(Optional(filter.AwaitsApproval, NpgsqlDbType.Boolean));
        command.Parameters.AddValue(filter.AgentId);
        command.Parameters.Add(Optional(filter.Since, NpgsqlDbType.TimestampTz));
        command.Parameters.Add(Optional(filter.Until, NpgsqlDbType.TimestampTz));
        return command;
    }

    // The index of failed tasks is that of the dead letters, which they are.
    private static string Condition(TaskState? state) => state switch
    {
        null => "",
        TaskState.Failed => "and t.state = 'failed' and t.dead_letter",
        { } one => $"and t.state = '{EnumText<TaskState>.Of(one)}'",
    };

    private static NpgsqlParameter Optional(object? value, NpgsqlDbType type) => new()
    {
        Value = value ?? DBNull.Value,
        NpgsqlDbType = type,
    };

    private static async Task<List<RunRecord>> ReadAll(NpgsqlCommand command, CancellationToken cancellationToken)
    {
        await using var _ = command;
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        var runs = new List<RunRecord>();
        while (await reader.ReadAsync(cancellationToken))
            runs.Add(Read(reader));
        return runs;
    }

    private static RunRecord Read(NpgsqlDataReader row) => new()
    {
        Id = row.GetGuid(row.GetOrdinal("id")),
        Kind = EnumText<RunKind>.Parse(row.GetString(row.GetOrdinal("kind"))),
        ParentId = Optional<Guid>(row, "parent_id"),
        Number = row.GetInt32(row.GetOrdinal("number")),
        StreamId = row.GetGuid(row.GetOrdinal("stream_id")),
        AgentId = row.GetString(row.GetOrdinal("agent_id")),
        AgentVersion = row.GetInt32(row.GetOrdinal("agent_version")),
        Workspace = row.GetString(row.GetOrdinal("workspace")),
        Title = row.GetString(row.GetOrdinal("title")),
        State = EnumText<TaskState>.Parse(row.GetString(row.GetOrdinal("state"))),
        AwaitsApproval = row.GetBoolean(row.GetOrdinal("awaits_approval")),
        Error = row.IsDBNull(row.GetOrdinal("error_code"))
            ? null
            : new TaskFault(row.GetString(row.GetOrdinal("error_code")), row.GetString(row.GetOrdinal("error_message"))),
        Usage = UsageColumns.Read(row),
        Descendants = row.GetInt32(row.GetOrdinal("descendants")),
        CreatedAt = row.GetDateTime(row.GetOrdinal("created_at")),
        StartedAt = Optional<DateTime>(row, "started_at"),
        UpdatedAt = row.GetDateTime(row.GetOrdinal("updated_at")),
        FinishedAt = Optional<DateTime>(row, "finished_at"),
    };

    private static T? Optional<T>(NpgsqlDataReader row, string column)
        where T : struct => row.IsDBNull(row.GetOrdinal(column)) ? null : row.GetFieldValue<T>(row.GetOrdinal(column));
}
