using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

public sealed class MigratorTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task Migrating_a_migrated_database_changes_nothing()
    {
        var migrator = new Migrator(postgres.Database);

        await migrator.Migrate(default);

        Assert.Empty(await migrator.Pending(default));
    }

    [Fact]
    public async Task Servers_that_start_at_once_migrate_once()
    {
        await using var empty = await EmptyDatabase();
        Assert.NotEmpty(await new Migrator(empty).Pending(default));

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => new Migrator(empty).Migrate(default)));

        Assert.Empty(await new Migrator(empty).Pending(default));
    }

    [Theory]
    [InlineData("update schema_migrations set checksum = '\\x00' where name like '0001%'", "differs from the one that was applied")]
    [InlineData("insert into schema_migrations (name, checksum) values ('9999_from_the_future', '\\x00')", "Run a newer edition")]
    public async Task A_database_of_another_edition_is_refused(string change, string message)
    {
        await using var database = await EmptyDatabase();
        var migrator = new Migrator(database);
        await migrator.Migrate(default);
        await database.Read((connection, _) => connection.ExecuteAsync(change), default);

        var failure = await Assert.ThrowsAsync<InvalidOperationException>(() => migrator.Migrate(default));

        Assert.Contains(message, failure.Message, StringComparison.Ordinal);
    }

    private async Task<Database> EmptyDatabase()
    {
        var name = $"empty_{Guid.NewGuid():n}";
        await postgres.Database.Read((connection, _) => connection.ExecuteAsync($"create database {name}"), default);
        var settings = new Npgsql.NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = name };
        return new Database(new DatabaseOptions { ConnectionString = settings.ConnectionString, MinPoolSize = 0 });
    }
}
