using System.Runtime.CompilerServices;
using Koda.Server.Infrastructure.EmbeddedPostgres;
using Koda.Testing;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

public sealed class SchemaTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    /// <summary>
    /// After adding a migration: <c>KODA_WRITE_SCHEMA=1 dotnet test tests/Server.Tests --filter SchemaTests</c> writes the file anew.
    /// </summary>
    [Fact]
    public async Task The_committed_schema_is_what_the_migrations_make()
    {
        var dumped = Normalize(await Dump());
        var file = SchemaFile();
        if (Environment.GetEnvironmentVariable("KODA_WRITE_SCHEMA") == "1")
            await File.WriteAllTextAsync(file, dumped);

        Assert.Equal(await File.ReadAllTextAsync(file), dumped);
    }

    private async Task<string> Dump()
    {
        var folder = PostgresBinaries.Candidates("").First(folder => File.Exists(Path.Combine(folder, "pg_dump")));
        var settings = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        return await ChildProcess.Run(
            Path.Combine(folder, "pg_dump"),
            [
                "--schema-only",
                "--no-owner",
                "--no-privileges",
                $"--dbname=host={settings.Host} user={settings.Username} dbname={settings.Database}",
            ],
            user: null,
            default);
    }

    // What remains differs neither by the version of pg_dump nor by the machine.
    private static string Normalize(string dump)
    {
        string[] noise = ["--", "SET ", "SELECT pg_catalog.set_config", "\\restrict", "\\unrestrict"];
        var lines = dump.Split('\n')
            .Where(line => line.Length > 0 && !Array.Exists(noise, start => line.StartsWith(start, StringComparison.Ordinal)));
        return string.Join('\n', lines) + "\n";
    }

    private static string SchemaFile([CallerFilePath] string thisFile = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(thisFile)!, "../../../../src/Server/Migrations/schema.sql"));
}
