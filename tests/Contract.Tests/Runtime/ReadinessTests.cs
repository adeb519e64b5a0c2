using System.Diagnostics;
using Grpc.Health.V1;
using Koda.Client;
using Koda.Protos.Common.V1;
using Grpc.Net.Client;
using Koda.Testing;
using Koda.Testing.Hosting;
using Npgsql;
using Xunit;
using ServingStatus = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace Koda.Contract.Tests.Runtime;

/// <summary>Whether the runtime takes work.</summary>
public sealed class ReadinessTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    // Each test's servers have a master key of their own.
    public async Task InitializeAsync()
    {
        await using var source = NpgsqlDataSource.Create(postgres.ConnectionString);
        await using var forget = source.CreateCommand("truncate master_key_check");
        await forget.ExecuteNonQueryAsync();
    }

    public Task DisposeAsync() => Task.CompletedTask;

    [Fact]
    public async Task A_server_without_its_database_says_so_and_recovers()
    {
        await using var host = await KodaHost.Start(postgres.ConnectionString);
        Assert.Equal(200, (await host.Rest.Get("/api/runtime/ready")).Status);

        await AllowConnections(false);
        await Eventually.IsTrue(async () => (await host.Rest.Get("/api/runtime/ready")).Status == 503, "The server is not ready.");
        var reply = await host.Rest.Get("/api/runtime/ready");
        Assert.False(reply.Json["ready"]!.GetValue<bool>());
        Assert.Contains("database_unreachable", reply.Json["reasons"]!.AsArray().Select(reason => reason!.GetValue<string>()));
        Assert.False((await host.Client.GetReadinessAsync()).Ready);
        Assert.Equal(ServingStatus.NotServing, await HealthOf(host));

        (await host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""")).IsRefused(503, "runtime.unavailable");
        (await host.Rest.Get(TaskCalls.Tasks)).IsRefused(503, "runtime.unavailable");
        var fault = await Assert.ThrowsAsync<KodaException>(() => host.Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "x" }));
        Assert.Equal((ErrorReason.Unavailable, true), (fault.Reason, fault.Retryable));

        await AllowConnections(true);
        await Eventually.IsTrue(async () => (await host.Rest.Get("/api/runtime/ready")).Status == 200, "The server is ready again.");
        await host.StillServes();
        await Eventually.IsTrue(async () => await HealthOf(host) == ServingStatus.Serving, "gRPC's health follows.");
    }

    [Fact]
    public async Task Nobody_waits_for_long_when_connections_to_the_database_fall_silent()
    {
        await using var link = new SilentLink(postgres.SocketEndPoint);
        await using var host = await KodaHost.Start(postgres.ConnectionStringOver(link.Port));
        Assert.Equal(202, (await host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""")).Status);

        link.FallSilent();
        var waited = Stopwatch.StartNew();
        var submitted = host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""");
        await Eventually.IsTrue(async () => (await host.Rest.Get("/api/runtime/ready")).Status == 503, "The server is not ready.");
        var looked = Stopwatch.StartNew();
        Assert.Equal(503, (await host.Rest.Get("/api/runtime/ready")).Status);
        Assert.InRange(looked.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2));
        (await submitted).IsRefused(503, "runtime.unavailable");
        Assert.InRange(waited.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(15));

        link.TakeNew();
        // A call that waited on a silent connection fails later than others succeed, and puts the server in doubt once more.
        await Eventually.IsTrue(
            async () => (await host.Rest.Get("/api/runtime/ready")).Status == 200
                && (await host.Rest.Post(TaskCalls.Tasks, """{"agent_id":"atlas","query":"x"}""")).Status == 202,
            "The server is ready again and takes tasks.");
    }

    [Fact]
    public async Task A_server_with_another_master_key_than_its_database_is_not_ready()
    {
        await using var first = await KodaHost.Start(postgres.ConnectionString);
        await using var second = await KodaHost.Start(postgres.ConnectionString);

        Assert.Equal(200, (await first.Rest.Get("/api/runtime/ready")).Status);
        var reply = await second.Rest.Get("/api/runtime/ready");
        Assert.Equal(503, reply.Status);
        Assert.Equal(["master_key_mismatch"], reply.Json["reasons"]!.AsArray().Select(reason => reason!.GetValue<string>()));

        // Once it has the key of the others, it is one of them.
        File.Copy(Path.Combine(first.DataDirectory, "master.key"), Path.Combine(second.DataDirectory, "master.key"), overwrite: true);
        await Eventually.IsTrue(async () => (await second.Rest.Get("/api/runtime/ready")).Status == 200, "It is ready.");
    }

    private static async Task<ServingStatus> HealthOf(KodaHost host)
    {
        using var channel = GrpcChannel.ForAddress(host.Url);
        return (await new Health.HealthClient(channel.CreateCallInvoker()).CheckAsync(new HealthCheckRequest())).Status;
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
        await using var cut = source.CreateCommand(
            $"select pg_terminate_backend(pid) from pg_stat_activity where datname = '{own.Database}'");
        await cut.ExecuteNonQueryAsync();
    }
}
