using Koda.Client;
using Koda.Protos.Common.V1;
using Koda.Testing;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>Whether the runtime takes work.</summary>
public sealed class ReadinessTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    [Fact]
    public async Task A_server_without_its_database_says_so_and_recovers()
    {
        await using var host = await KodaHost.StartAsync(postgres.ConnectionString);
        Assert.Equal(200, (await host.Rest.Get("/api/runtime/ready")).Status);

        await AllowConnections(false);
        await Eventually.IsTrue(async () => (await host.Rest.Get("/api/runtime/ready")).Status == 503, "The server is not ready.");
        var reply = await host.Rest.Get("/api/runtime/ready");
        Assert.False(reply.Json["ready"]!.GetValue<bool>());
        Assert.Contains("database_unreachable", reply.Json["reasons"]!.AsArray().Select(reason => reason!.GetValue<string>()));
        Assert.False((await host.Client.GetReadinessAsync()).Ready);

        (await host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""")).IsRefused(503, "runtime.unavailable");
        (await host.Rest.Get(TaskCalls.Tasks)).IsRefused(503, "runtime.unavailable");
        var fault = await Assert.ThrowsAsync<KodaException>(() => host.Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "x" }));
        Assert.Equal((ErrorReason.Unavailable, true), (fault.Reason, fault.Retryable));

        await AllowConnections(true);
        await Eventually.IsTrue(async () => (await host.Rest.Get("/api/runtime/ready")).Status == 200, "The server is ready again.");
        await host.StillServes();
    }

    private async Task AllowConnections(bool allow)
    {
        var own = new NpgsqlConnectionStringBuilder(postgres.ConnectionString);
        var other = new NpgsqlConnectionStringBuilder(postgres.ConnectionString) { Database = "postgres", Pooling = false };
        await using var source = NpgsqlDataSource.Create(other);
        await using var change = source.CreateCommand($"alter database {own.Database} allow_connections {allow}");
        await change.ExecuteNonQueryAsync();
        if (allow)
            return;
        await using var cut = source.CreateCommand($"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{own.Database}'");
        await cut.ExecuteNonQueryAsync();
    }
}
