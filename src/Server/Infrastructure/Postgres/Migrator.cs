using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>
/// Brings the schema forward. Safe to run from many servers at once: one works, the others wait and find nothing left to do.
/// </summary>
internal sealed class Migrator(Database database)
{
    private const string ResourcePrefix = "migrations/";

    /// <summary>Applies what is missing, in order, each migration in a transaction of its own.</summary>
    /// <exception cref="InvalidOperationException">The database was migrated by another edition: a migration was changed, or is not known
    /// here.</exception>
    public Task Migrate(CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
            {
                await Lock(connection, token);
                try
                {
                    foreach (var migration in await Missing(connection, token))
                        await Apply(connection, migration, token);
                }
                finally
                {
                    await Unlock(connection);
                }
                return true;
            },
            Timeout.InfiniteTimeSpan,
            cancellationToken);

    /// <summary>The names of the migrations that this server has and the database lacks.</summary>
    public Task<IReadOnlyList<string>> Pending(CancellationToken cancellationToken) =>
        database.Read<IReadOnlyList<string>>(
            async (connection, token) => [.. (await Missing(connection, token)).Select(migration => migration.Name)],
            cancellationToken);

    /// <summary>The migrations of this edition, each with the checksum of its text.</summary>
    public static IReadOnlyDictionary<string, byte[]> Known { get; } =
        Embedded().ToDictionary(migration => migration.Name, migration => migration.Checksum, StringComparer.Ordinal);

    private static async Task<List<Migration>> Missing(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var known = Embedded();
        var applied = await Applied(connection, cancellationToken);
        foreach (var (name, checksum) in applied)
        {
            var migration = known.Find(migration => migration.Name == name)
                ?? throw new InvalidOperationException(
                    $"The database has migration {name}, which this edition does not know. Run a newer edition.");
            if (!migration.Checksum.AsSpan().SequenceEqual(checksum))
                throw new InvalidOperationException(
                    $"Migration {name} differs from the one that was applied. Migrations are never changed: add another one.");
        }
        return known.FindAll(migration => !applied.ContainsKey(migration.Name));
    }

    private static List<Migration> Embedded()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return [.. assembly.GetManifestResourceNames()
            .Where(name => name.StartsWith(ResourcePrefix, StringComparison.Ordinal))
            .Order(StringComparer.Ordinal)
            .Select(name => Load(assembly, name))];
    }

    private static Migration Load(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        var sql = reader.ReadToEnd();
        return new Migration(
            Path.GetFileNameWithoutExtension(resource[ResourcePrefix.Length..]), sql, SHA256.HashData(Encoding.UTF8.GetBytes(sql)));
    }

    private const string LockSql = "select pg_advisory_lock(7310876432)";

    // Another server may be at a migration that takes long, and so may ours.
    private static async Task Lock(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.ExecuteAsync("set statement_timeout = 0");
        await connection.ExecuteAsync(new CommandDefinition(LockSql, commandTimeout: 0, cancellationToken: cancellationToken));
    }

    private const string UnlockSql = "select pg_advisory_unlock(7310876432)";

    private static async Task Unlock(NpgsqlConnection connection)
    {
        await connection.ExecuteAsync(UnlockSql);
        await connection.ExecuteAsync("reset statement_timeout");
    }

    private const string AppliedSql = "select name, checksum from schema_migrations order by name";

    private static async Task<Dictionary<string, byte[]>> Applied(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        if (!await connection.ExecuteScalarAsync<bool>("select to_regclass('schema_migrations') is not null"))
            return [];
        var rows = await connection.QueryAsync<(string Name, byte[] Checksum)>(
            new CommandDefinition(AppliedSql, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);
    }

    private const string RecordSql = """
        create table if not exists schema_migrations (
            name text primary key,
            checksum bytea not null,
            applied_at timestamptz not null default clock_timestamp()
        );
        insert into schema_migrations (name, checksum) values (@Name, @Checksum)
        """;

    private static async Task Apply(NpgsqlConnection connection, Migration migration, CancellationToken cancellationToken)
    {
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(migration.Sql, commandTimeout: 0, cancellationToken: cancellationToken));
        await connection.ExecuteAsync(new CommandDefinition(RecordSql, migration, cancellationToken: cancellationToken));
        await transaction.CommitAsync(cancellationToken);
    }

    private sealed record Migration(string Name, string Sql, byte[] Checksum);
}
