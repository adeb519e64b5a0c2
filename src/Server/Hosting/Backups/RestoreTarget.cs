using System.Data;
using Dapper;
using Npgsql;

namespace Koda.Server.Hosting.Backups;

/// <summary>The database that a dump is brought into: wholly or not at all.</summary>
internal sealed class RestoreTarget(BackupDatabase database, BackupOptions options)
{
    private const string Maintenance = "postgres";

    // A session is there for some moments after its connection was closed.
    private const int MostLooks = 20;
    private static readonly TimeSpan s_betweenLooks = TimeSpan.FromMilliseconds(100);

    private readonly string _name = new NpgsqlConnectionStringBuilder(database.ConnectionString).Database!;

    /// <exception cref="BackupException">It holds something and may not be replaced, or somebody uses it.</exception>
    public async Task RequireReplaceable(CancellationToken cancellationToken)
    {
        await using var connection = await database.Connect(cancellationToken);
        await RequireReplaceable(connection, cancellationToken);
    }

    /// <summary>
    /// Brings the dump in. An empty database takes it in one transaction; what holds something is exchanged for another database that does.
    /// </summary>
    /// <exception cref="BackupException">It cannot be exchanged; all is as it was.</exception>
    /// <exception cref="InvalidOperationException">pg_restore failed; all is as it was.</exception>
    public async Task Restore(string dump, CancellationToken cancellationToken)
    {
        await using var connection = await database.Connect(cancellationToken);
        // A server that starts meanwhile waits here before it looks at the schema.
        await connection.ExecuteAsync(new CommandDefinition(LockSql, cancellationToken: cancellationToken));
        var isEmpty = await RequireReplaceable(connection, cancellationToken);
        var programs = await BackupDatabase.Programs(connection, cancellationToken);
        if (isEmpty)
        {
            await programs.Restore(database.ConnectionString, dump, cancellationToken);
            await Afterwards(_name, "analyze", "PostgreSQL gathers its statistics later");
            return;
        }
        var made = $"koda_restore_{Guid.NewGuid():n}";
        await Make(connection, made, cancellationToken);
        try
        {
            await programs.Restore(database.To(made), dump, cancellationToken);
            // Statistics are no part of a dump.
            await Execute(made, "analyze", cancellationToken);
            await connection.CloseAsync();
            await Exchange(made, cancellationToken);
        }
        catch
        {
            await Execute(Maintenance, $"drop database if exists {Quote(made)}", CancellationToken.None);
            throw;
        }
    }

    private const string LockSql = "select pg_advisory_lock(7310876432)";

    private const string IsEmptySql = """
        select not exists (
            select 1 from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
                and not exists (select 1 from pg_depend where objid = pg_class.oid and deptype = 'e')
        )
        """;

    private const string SessionsSql = """
        select count(*) from pg_stat_activity
        where datname = current_database() and pid <> pg_backend_pid() and coalesce(backend_type, 'client backend') = 'client backend'
        """;

    private static Task<long> Sessions(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<long>(new CommandDefinition(SessionsSql, cancellationToken: cancellationToken));

    private async Task<bool> RequireReplaceable(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        for (var looks = MostLooks; await Sessions(connection, cancellationToken) is > 0 and var sessions; looks--)
        {
            if (looks == 0)
                throw new BackupException(
                    "backup.running", $"The database '{_name}' is in use, by {sessions} connections.",
                    "Stop every server that uses it, and what else does.");
            await Task.Delay(s_betweenLooks, TimeProvider.System, cancellationToken);
        }
        var isEmpty = await connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsEmptySql, cancellationToken: cancellationToken));
        return isEmpty || options.Replace
            ? isEmpty
            : throw new BackupException(
                "backup.not_empty", $"The database '{_name}' is not empty.", "To lose what it holds, say --replace.");
    }

    private const string LikeSql = """
        select format('template template0 encoding %L lc_collate %L lc_ctype %L', pg_encoding_to_char(encoding), datcollate, datctype)
        from pg_database where datname = current_database()
        """;

    private static async Task Make(NpgsqlConnection connection, string name, CancellationToken cancellationToken)
    {
        var like = await connection.ExecuteScalarAsync<string>(new CommandDefinition(LikeSql, cancellationToken: cancellationToken));
        try
        {
            await connection.ExecuteAsync(
                new CommandDefinition($"create database {Quote(name)} {like}", cancellationToken: cancellationToken));
        }
        catch (PostgresException refused) when (refused.SqlState == PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new BackupException(
                "backup.may_not_replace",
                $"'{connection.UserName}' may not make databases, and one that is not empty is replaced by making another.",
                "Give it the right (alter role ... createdb), or restore into a new and empty database.", refused);
        }
    }

    // Both names change at one moment: who connects finds the old database or the new one.
    private async Task Exchange(string made, CancellationToken cancellationToken)
    {
        var replaced = $"koda_replaced_{Guid.NewGuid():n}";
        try
        {
            await Execute(
                Maintenance,
                $"""
                begin;
                alter database {Quote(_name)} rename to {Quote(replaced)};
                alter database {Quote(made)} rename to {Quote(_name)};
                commit
                """,
                cancellationToken);
        }
        catch (PostgresException inUse) when (inUse.SqlState == PostgresErrorCodes.ObjectInUse)
        {
            throw new BackupException(
                "backup.running", $"The database '{_name}' is in use.", "Stop every server that uses it, and what else does.", inUse);
        }
        await Afterwards(Maintenance, $"drop database {Quote(replaced)}", $"The replaced database stays, as {replaced}");
    }

    // What fails now must not look as if nothing was restored.
    private async Task Afterwards(string name, string sql, string otherwise)
    {
        try
        {
            await Execute(name, sql, CancellationToken.None);
        }
        catch (NpgsqlException failure)
        {
            options.Report($"{otherwise}: {failure.Message}");
        }
    }

    private async Task Execute(string name, string sql, CancellationToken cancellationToken)
    {
        await using var connection = await database.ConnectTo(name, cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(sql, commandType: CommandType.Text, cancellationToken: cancellationToken));
    }

    private static string Quote(string name) => $"\"{name.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";
}
