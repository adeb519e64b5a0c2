using System.Threading.Channels;
using Dapper;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Infrastructure.Postgres;

public sealed class BroadcastTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>
{
    private static readonly TimeSpan s_deadline = TimeSpan.FromMinutes(1);

    private readonly Channel<string?> _heard = Channel.CreateUnbounded<string?>();

    [Fact]
    public async Task Another_server_hears_what_changed()
    {
        await using var sender = await TestServer.Start(postgres);
        await using var receiver = await StartReceiver();

        sender.Broadcast.Announce("news", "one");

        Assert.Equal("one", await Next());
    }

    [Fact]
    public async Task A_server_does_not_hear_itself()
    {
        await using var receiver = await StartReceiver();
        await using var other = await TestServer.Start(postgres);

        receiver.Broadcast.Announce("news", "own");
        other.Broadcast.Announce("news", "foreign");

        Assert.Equal("foreign", await Next());
    }

    [Fact]
    public async Task Many_changes_become_few_notifications_that_say_anything_may_have_changed()
    {
        await using var sender = await TestServer.Start(postgres);
        await using var receiver = await StartReceiver();

        for (var i = 0; i < 5000; i++)
            sender.Broadcast.Announce("news", Guid.NewGuid().ToString("n"));

        var heard = new List<string?>();
        while (!heard.Contains(null))
            heard.Add(await Next());
        Assert.True(heard.Count < 500, $"{heard.Count} names were sent");
    }

    [Fact]
    public async Task A_broken_listening_connection_is_opened_again_and_everything_counts_as_changed()
    {
        await using var receiver = await StartReceiver();
        await using (var connection = await postgres.Database.Source.OpenConnectionAsync())
            await connection.ExecuteAsync(
                "select pg_terminate_backend(pid) from pg_stat_activity where query = 'listen koda' and datname = current_database()");

        Assert.Null(await Next());
        await using var sender = await TestServer.Start(postgres);
        sender.Broadcast.Announce("news", "after");
        Assert.Equal("after", await Next());
    }

    [Fact]
    public async Task A_signal_wakes_listeners_on_every_server_and_is_not_lost_when_nobody_waits_yet()
    {
        await using var one = await TestServer.Start(postgres);
        await using var two = await TestServer.Start(postgres);
        using var local = one.WakeUps.Listen("tasks");
        using var remote = two.WakeUps.Listen("tasks");
        using var other = one.WakeUps.Listen("workers");

        one.WakeUps.Raise("tasks");
        one.WakeUps.Raise("tasks");

        Assert.True(await local.Wait(s_deadline, default));
        Assert.True(await remote.Wait(s_deadline, default));
        Assert.False(await local.Wait(TimeSpan.Zero, default), "two signals were not merged");
        Assert.False(await other.Wait(TimeSpan.Zero, default), "another signal's listener was woken");
    }

    private async Task<TestServer> StartReceiver()
    {
        var server = await TestServer.Start(postgres, server => server.Broadcast.OnChange("news", name => _heard.Writer.TryWrite(name)));
        Assert.Null(await Next());
        return server;
    }

    private async Task<string?> Next() => await _heard.Reader.ReadAsync().AsTask().WaitAsync(s_deadline);
}
