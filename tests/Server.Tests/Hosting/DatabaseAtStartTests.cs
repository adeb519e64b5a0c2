using System.Net;
using Koda.Server.Hosting;
using Koda.Testing;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Hosting;

public sealed class DatabaseAtStartTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public Task A_database_that_can_be_used_is_let_be() => Require(postgres.ConnectionString);

    [Fact]
    public async Task A_database_that_is_not_there_is_named_with_the_command_that_makes_it()
    {
        var fault = await Refused(With(postgres.ConnectionString, settings => settings.Database = "elsewhere"));

        Assert.StartsWith("There is no database 'elsewhere' at ", fault.Message, StringComparison.Ordinal);
        Assert.StartsWith("Create it with: createdb ", fault.Hint, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_unknown_user_is_told_from_a_missing_database()
    {
        var fault = await Refused(With(postgres.ConnectionString, settings => settings.Username = "stranger"));

        Assert.Contains("refuses 'stranger'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_wrong_password_and_a_missing_one_are_said()
    {
        var folder = Directory.CreateTempSubdirectory("koda-hba-").FullName;
        try
        {
            // PostgreSQL may run under another account.
            File.SetUnixFileMode(folder, (UnixFileMode)0b111_101_101);
            var rules = Path.Combine(folder, "pg_hba.conf");
            await File.WriteAllTextAsync(rules, "local all guarded scram-sha-256\nlocal all all trust\n");
            await using var cluster = await PostgresProcess.Start(folder, new Dictionary<string, string> { ["hba_file"] = rules });
            await using (var source = NpgsqlDataSource.Create(cluster.ConnectionString))
            await using (var command = source.CreateCommand("create role guarded login password 'right'"))
                await command.ExecuteNonQueryAsync();

            var wrong = await Refused(
                With(cluster.ConnectionString, settings => (settings.Username, settings.Password) = ("guarded", "wrong")));
            var missing = await Refused(With(cluster.ConnectionString, settings => settings.Username = "guarded"));

            Assert.Contains("refuses the password of 'guarded'", wrong.Message, StringComparison.Ordinal);
            Assert.Contains("asks for a password of 'guarded'", missing.Message, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task A_database_that_does_not_answer_is_waited_for_and_then_named_with_its_address()
    {
        var address = new IPEndPoint(IPAddress.Loopback, FreePort.Next());

        var fault = await Refused($"Host={address.Address};Port={address.Port};Username=koda;Database=koda");

        Assert.StartsWith($"No database answers at {address}: ", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_nobody_knows_is_said()
    {
        var fault = await Refused("Host=database.invalid;Username=koda;Database=koda");

        Assert.Equal("No database answers at database.invalid:5432: the name of its host is not known.", fault.Message);
    }

    private static string With(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        change(settings);
        return settings.ConnectionString;
    }

    private static async Task<ServerStartException> Refused(string connectionString)
    {
        var fault = await Assert.ThrowsAsync<ServerStartException>(() => Require(connectionString));
        Assert.Equal(StartFault.Database, fault.Fault);
        return fault;
    }

    private static Task Require(string connectionString) =>
        DatabaseAtStart.Require(connectionString, TimeSpan.Zero, NullLogger.Instance, default);
}
