using System.Diagnostics;
using Koda.Server.Infrastructure.EmbeddedPostgres;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.EmbeddedPostgres;

public sealed class PostgresClusterTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kc-").FullName;
    private PostgresCluster? _cluster;

    public Task InitializeAsync()
    {
        File.SetUnixFileMode(_folder, File.GetUnixFileMode(_folder) | UnixFileMode.OtherExecute | UnixFileMode.GroupExecute);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        if (_cluster is not null)
            await _cluster.Stop(default);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_cluster_left_running_is_adopted_with_its_data()
    {
        var first = await Start();
        await Execute(first, "create table kept (n int)");

        var second = await Start();

        Assert.False(first.WasAdopted);
        Assert.True(second.WasAdopted);
        Assert.Equal(first.ProcessId, second.ProcessId);
        await Execute(second, "insert into kept values (1)");
    }

    [Fact]
    public async Task A_killed_cluster_recovers_what_was_committed()
    {
        var first = await Start();
        await Execute(first, "create table kept (n int)");
        await Execute(first, "insert into kept values (42)");
        using (var postmaster = Process.GetProcessById(first.ProcessId))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync();
        }

        var second = await Start();

        Assert.False(second.WasAdopted);
        Assert.Equal(42, await Execute(second, "select n from kept"));
    }

    [Fact]
    public async Task A_backend_that_does_not_notice_that_its_postmaster_is_gone_does_not_prevent_the_start()
    {
        var first = await Start();
        var children = await File.ReadAllTextAsync($"/proc/{first.ProcessId}/task/{first.ProcessId}/children");
        var backend = children.Split(' ')[0];
        using (var stop = Process.Start("kill", ["-STOP", backend]))
            await stop.WaitForExitAsync();
        using (var postmaster = Process.GetProcessById(first.ProcessId))
        {
            postmaster.Kill();
            await postmaster.WaitForExitAsync();
        }

        var second = await Start();

        Assert.False(second.WasAdopted);
    }

    [Fact]
    public async Task A_pid_file_that_names_an_unrelated_process_does_not_prevent_the_start()
    {
        var first = await Start();
        var pidFile = Path.Combine(_folder, "postgres", "data", "postmaster.pid");
        var lines = await File.ReadAllLinesAsync(pidFile);
        await first.Stop(default);
        using var unrelated = Process.Start(
            new ProcessStartInfo("sleep", "60") { UserName = ClusterAccount.Choose() ?? "", WorkingDirectory = "/" })!;
        lines[0] = unrelated.Id.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await File.WriteAllLinesAsync(pidFile, lines);

        var second = await Start();

        unrelated.Kill();
        Assert.False(second.WasAdopted);
        Assert.Equal(1, await Execute(second, "select 1"));
    }

    [Fact]
    public async Task Nothing_listens_on_TCP_and_only_the_account_may_enter_the_socket_folder()
    {
        var cluster = await Start();
        Assert.Equal("", await Execute(cluster, "show listen_addresses"));
        Assert.Equal("on", await Execute(cluster, "show fsync"));
        var socketFolder = new NpgsqlConnectionStringBuilder(cluster.ConnectionString).Host!;
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(socketFolder));
    }

    private async Task<PostgresCluster> Start() =>
        _cluster = await PostgresCluster.Start(new PostgresClusterOptions { DataFolder = _folder }, default);

    private static async Task<object?> Execute(PostgresCluster cluster, string sql)
    {
        await using var source = NpgsqlDataSource.Create(cluster.ConnectionString + ";Pooling=false");
        await using var command = source.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }
}
