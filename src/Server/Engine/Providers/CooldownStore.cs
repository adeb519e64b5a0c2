using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Providers;

/// <summary>Until when a provider asked to be left alone. An empty model: the whole connection.</summary>
internal sealed record Cooldown(string ProviderId, string Model, DateTime Until, string Code);

/// <summary>A pause that a provider asked for while a task used it. An empty connection: the task's own.</summary>
internal sealed record RequestedPause(Guid TaskId, string Connection, string Model, TimeSpan RetryAfter, string Code);

/// <summary>The only writer of <c>provider_cooldowns</c>.</summary>
internal sealed class CooldownStore(Database database)
{
    // What a task does not name for a fallback is none of its business. In the order of the key, so that transactions which tell of the
    // same provider cannot wait for each other.
    private const string RecordSql = """
        insert into provider_cooldowns (provider_id, model, until, code)
        select distinct on (p.id, pause.model) p.id, pause.model, clock_timestamp() + pause.wait, pause.code
        from unnest($1, $2, $3, $4, $5) as pause (task_id, connection, model, wait, code)
        join tasks t on t.id = pause.task_id
        join providers p on p.id = coalesce(nullif(pause.connection, ''), nullif(t.connection, ''), (select id from default_connection))
        where pause.connection = ''
            or t.context::jsonb #> '{turn,fallbacks}' @> jsonb_build_array(
                jsonb_build_object('connection', pause.connection) || case when pause.model = '' then '{}' else jsonb_build_object('model', pause.model) end)
        order by p.id, pause.model, pause.wait desc
        on conflict (provider_id, model) do update set until = greatest(provider_cooldowns.until, excluded.until), code = excluded.code
        """;

    public static NpgsqlBatchCommand Record(IReadOnlyCollection<RequestedPause> pauses)
    {
        var command = new NpgsqlBatchCommand(RecordSql);
        command.Parameters.AddColumn(pauses, pause => pause.TaskId);
        command.Parameters.AddColumn(pauses, pause => pause.Connection);
        command.Parameters.AddColumn(pauses, pause => pause.Model);
        command.Parameters.AddColumn(pauses, pause => pause.RetryAfter);
        command.Parameters.AddColumn(pauses, pause => pause.Code);
        return command;
    }

    /// <summary>When the next is over.</summary>
    public const string NextDueSql = "(select min(until) from provider_cooldowns)";

    private const string EndSql = "delete from provider_cooldowns where until <= clock_timestamp()";

    /// <summary>Forgets those that are over.</summary>
    /// <returns>False when none is.</returns>
    public static async Task<bool> End(Transaction transaction, CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(new CommandDefinition(EndSql, cancellationToken: cancellationToken)) > 0;

    private const string ForgetSql = "delete from provider_cooldowns where provider_id = @id";

    /// <summary>Forgets a connection's, because another credential or address has nothing to do with them.</summary>
    public static Task Forget(Transaction transaction, string id, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(ForgetSql, new { id }, cancellationToken: cancellationToken));

    private const string ListSql = """
        select provider_id as ProviderId, model, until, code
        from provider_cooldowns
        where until > clock_timestamp() and (@id = '' or provider_id = @id)
        order by provider_id, model
        """;

    /// <summary>Those that are not over, of one connection or of all.</summary>
    public Task<List<Cooldown>> List(string id, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
                (await connection.QueryAsync<Cooldown>(new CommandDefinition(ListSql, new { id }, cancellationToken: token))).ToList(),
            cancellationToken);
}
