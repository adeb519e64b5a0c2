using System.Data;
using Dapper;
using Npgsql;

namespace Koda.Server.Hosting.Backups;

/// <summary>
/// The database as it was at one moment, while servers go on. An artifact's file is in its place before a row names it and is never
/// changed, so the files that a snapshot names are there for as long as the backup takes.
/// </summary>
internal sealed class DatabaseSnapshot : IAsyncDisposable
{
    private readonly NpgsqlConnection _connection;

    private DatabaseSnapshot(NpgsqlConnection connection, string id) => (_connection, Id) = (connection, id);

    /// <summary>By which other sessions see the same.</summary>
    public string Id { get; }

    /// <exception cref="BackupException">The database is none of Koda's.</exception>
    public static async Task<DatabaseSnapshot> Take(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        await connection.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        if (!await Has(connection, "schema_migrations", cancellationToken))
            throw new BackupException(
                "backup.no_database", $"The database '{connection.Database}' has no tables of Koda's.",
                "Name another one in --database-url or KODA_DATABASE_URL.");
        var id = await connection.ExecuteScalarAsync<string>(
            new CommandDefinition("select pg_export_snapshot()", cancellationToken: cancellationToken));
        return new DatabaseSnapshot(connection, id ?? throw new InvalidOperationException("The snapshot has no name."));
    }

    private const string MigrationsSql = "select name, encode(checksum, 'hex') from public.schema_migrations";

    public async Task<IReadOnlyDictionary<string, string>> Migrations(CancellationToken cancellationToken)
    {
        var rows = await _connection.QueryAsync<(string Name, string Checksum)>(
            new CommandDefinition(MigrationsSql, cancellationToken: cancellationToken));
        return rows.ToDictionary(row => row.Name, row => row.Checksum, StringComparer.Ordinal);
    }

    private const string FilesSql = "select digest from public.artifact_contents where inline_content is null order by digest";

    /// <summary>The digests of the artifacts that are files.</summary>
    public async Task<IReadOnlyList<byte[]>> ArtifactFiles(CancellationToken cancellationToken) =>
        await Has(_connection, "artifact_contents", cancellationToken)
            ? [.. await _connection.QueryAsync<byte[]>(new CommandDefinition(FilesSql, cancellationToken: cancellationToken))]
            : [];

    private const string KeyCheckSql = "select envelope from public.master_key_check";

    /// <summary>What the right master key opens. Null: no server has started on this database, or only an old one.</summary>
    public async Task<byte[]?> KeyCheck(CancellationToken cancellationToken) =>
        await Has(_connection, "master_key_check", cancellationToken)
            ? await _connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(KeyCheckSql, cancellationToken: cancellationToken))
            : null;

    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private const string HasSql = "select to_regclass('public.' || @table) is not null";

    private static Task<bool> Has(NpgsqlConnection connection, string table, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(HasSql, new { table }, cancellationToken: cancellationToken));
}
