using System.Globalization;
using Npgsql;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>pg_dump and pg_restore of this machine, in a version that fits a database.</summary>
internal sealed class DumpPrograms
{
    private const string Schema = "--schema=public";

    private readonly string _folder;

    private DumpPrograms(string folder) => _folder = folder;

    /// <summary>Finds both, of the database's major version or else of a newer one.</summary>
    /// <exception cref="InvalidOperationException">They are not here.</exception>
    public static async Task<DumpPrograms> Find(int serverMajor, CancellationToken cancellationToken)
    {
        var newer = new List<(int Major, string Folder)>();
        foreach (var folder in PostgresBinaries.OfThisMachine().Where(IsComplete))
        {
            var major = await PostgresBinaries.Major(Path.Combine(folder, "pg_dump"), cancellationToken);
            if (major == serverMajor)
                return new DumpPrograms(folder);
            if (major > serverMajor)
                newer.Add((major, folder));
        }
        return newer.Count > 0
            ? new DumpPrograms(newer.MinBy(found => found.Major).Folder)
            : throw new InvalidOperationException(
                $"pg_dump and pg_restore of PostgreSQL {serverMajor} or newer are not on this machine. "
                + "Install them (on Debian: postgresql-client), or name their folder in KODA_POSTGRES_BIN.");
    }

    /// <summary>Writes what a snapshot of the database shows, in the custom format. The file may exist; it keeps its mode.</summary>
    /// <exception cref="InvalidOperationException">pg_dump failed; the message quotes it.</exception>
    public Task Dump(string connectionString, string snapshot, string file, CancellationToken cancellationToken) => Run(
        "pg_dump", connectionString,
        ["--format=custom", "--no-owner", "--no-privileges", "--no-password", Schema, $"--snapshot={snapshot}", $"--file={file}"],
        cancellationToken);

    /// <summary>Brings a dump into a database without tables, wholly or not at all.</summary>
    /// <exception cref="InvalidOperationException">pg_restore failed; the message quotes it.</exception>
    public Task Restore(string connectionString, string file, CancellationToken cancellationToken) => Run(
        "pg_restore", connectionString,
        // The name is asked for: without it pg_restore writes a script, and opens no database.
        ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges", "--no-password", Schema,
            $"--dbname={new NpgsqlConnectionStringBuilder(connectionString).Database}", file],
        cancellationToken);

    private Task<string> Run(string program, string connectionString, string[] arguments, CancellationToken cancellationToken) =>
        ChildProcess.Run(
            Path.Combine(_folder, program), arguments, user: null, Variables(new NpgsqlConnectionStringBuilder(connectionString)),
            cancellationToken);

    private static bool IsComplete(string folder) =>
        File.Exists(Path.Combine(folder, "pg_dump")) && File.Exists(Path.Combine(folder, "pg_restore"));

    // The names that libpq gives to what Npgsql reads from a connection string.
    private static Dictionary<string, string> Variables(NpgsqlConnectionStringBuilder settings) => new (string Name, string? Value)[]
    {
        ("PGHOST", settings.Host),
        ("PGPORT", settings.Port.ToString(CultureInfo.InvariantCulture)),
        ("PGDATABASE", settings.Database),
        ("PGUSER", settings.Username),
        ("PGPASSWORD", settings.Password),
        ("PGPASSFILE", settings.Passfile),
        ("PGSSLMODE", SslMode(settings.SslMode)),
        ("PGSSLROOTCERT", settings.RootCertificate),
        ("PGSSLCERT", settings.SslCertificate),
        ("PGSSLKEY", settings.SslKey),
        ("PGAPPNAME", "koda backup"),
    }.Where(variable => variable.Value is { Length: > 0 }).ToDictionary(variable => variable.Name, variable => variable.Value!);

    private static string SslMode(SslMode mode) => mode switch
    {
        Npgsql.SslMode.VerifyCA => "verify-ca",
        Npgsql.SslMode.VerifyFull => "verify-full",
        _ => mode.ToString().ToLowerInvariant(),
    };
}
