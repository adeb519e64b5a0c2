using Koda.Server.Engine;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Workers;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Workers;

public sealed class RefreshMcpTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly EngineOptions s_impatient = new() { McpPatience = TimeSpan.FromMilliseconds(300) };

    [Fact]
    public async Task Workers_of_all_servers_are_asked_and_servers_of_one_name_count_once()
    {
        await using var one = await EngineServer.Start(postgres);
        await using var two = await EngineServer.Start(postgres);
        await using var first = await one.Connect("w1");
        await using var second = await two.Connect("w2");
        two.Get<McpNews>();

        var refreshing = one.Get<RefreshMcp>().Execute(default);
        await Tell(
            one,
            first,
            new McpServerRecord("files", Enabled: true, Active: false, 0),
            new McpServerRecord("web", Enabled: false, Active: false, 0));
        await Tell(
            two,
            second,
            new McpServerRecord("files", Enabled: true, Active: true, 7),
            new McpServerRecord("git", Enabled: true, Active: true, 3));
        var refreshed = await refreshing.WaitAsync(TimeSpan.FromMinutes(1));

        McpServerRecord[] expected =
        [
            new("files", Enabled: true, Active: true, 7),
            new("git", Enabled: true, Active: true, 3),
            new("web", Enabled: false, Active: false, 0),
        ];
        Assert.Equal(0, refreshed.SilentWorkers);
        Assert.Equal(expected, refreshed.Servers);
        Assert.Equal(expected, await two.Get<ListMcpServers>().Execute(default));
    }

    [Fact]
    public async Task A_worker_that_does_not_answer_in_time_is_left_out_and_one_that_left_is_not_waited_for()
    {
        await using var server = await EngineServer.Start(postgres, s_impatient);
        await using var silent = await server.Connect("silent");
        await using (await server.Connect("gone"))
        {
        }

        var refreshed = await server.Get<RefreshMcp>().Execute(default).WaitAsync(TimeSpan.FromMinutes(1));

        Assert.Equal(1, refreshed.SilentWorkers);
        Assert.Empty(refreshed.Servers);
    }

    [Fact]
    public async Task What_a_worker_told_is_forgotten_when_it_leaves_but_not_when_it_is_connected_again_already()
    {
        await using var server = await EngineServer.Start(postgres);
        var hello = (await server.Connect("w1")).Connection.Hello;
        var old = server.Get<ConnectionHost>().Find(hello.WorkerId)!;
        await using var worker = await server.Connect(hello, credit: 1);
        await server
            .Get<TellMcp>()
            .Execute(worker.Connection, new WorkerMcp([new McpServerRecord("files", Enabled: true, Active: true, 7)], 0), default);

        await old.DisposeAsync();
        Assert.Single(await server.Get<ListMcpServers>().Execute(default));
        await worker.Connection.DisposeAsync();

        Assert.Empty(await server.Get<ListMcpServers>().Execute(default));
    }

    private static async Task Tell(EngineServer server, WorkerDriver worker, params McpServerRecord[] servers)
    {
        var asked = await worker.Next<McpRefreshRequested>();
        await server.Get<TellMcp>().Execute(worker.Connection, new WorkerMcp(servers, asked.Number), default);
    }
}
