using Grpc.Core;

namespace Koda.Client.Tests.Sessions;

public sealed class SessionFeedTests
{
    private static readonly Code.TurnStatus s_running = new() { Active = true };
    private static readonly Code.TurnStatus s_over = new() { Active = false };

    [Fact]
    public async Task A_cut_feed_goes_on_after_the_last_event_and_ends_with_the_turn()
    {
        var server = new ScriptedInvoker()
            .Session([Says(1), Says(2)], StatusCode.Unavailable)
            .Fail(StatusCode.Unavailable)
            .Session([Says(2), Says(3), Ends(4)]);

        Assert.Equal([1, 2, 3, 4], await Ids(server));
        Assert.Equal(
            [0L, 2, 2], server.Calls.Select(call => call.Request).Cast<Code.StreamSessionRequest>().Select(request => request.AfterId));
    }

    [Fact]
    public async Task A_feed_that_is_closed_while_the_turn_runs_is_taken_up_again()
    {
        var server = new ScriptedInvoker().Session([Says(1)]).Session([]).Answer(s_running).Session([Says(2), Fails(3)]);

        Assert.Equal([1, 2, 3], await Ids(server));
    }

    [Fact]
    public async Task What_came_between_the_close_and_the_end_of_the_turn_is_not_missed()
    {
        var server = new ScriptedInvoker().Session([Says(1)]).Session([Says(2), Ends(3)]);

        Assert.Equal([1, 2, 3], await Ids(server));
    }

    [Fact]
    public async Task Without_a_turn_there_is_nothing_to_wait_for() =>
        Assert.Empty(await Ids(new ScriptedInvoker().Session([]).Session([]).Answer(s_over)));

    [Fact]
    public async Task A_refusal_ends_the_feed() =>
        await Assert.ThrowsAsync<KodaException>(() => Ids(new ScriptedInvoker().Fail(StatusCode.NotFound)));

    private static Code.SessionEvent Says(long id) => new() { Id = id, Delta = new() { Content = "a" } };

    private static Code.SessionEvent Ends(long id) => new() { Id = id, Done = new() };

    private static Code.SessionEvent Fails(long id) => new() { Id = id, Error = new() };

    private static async Task<List<long>> Ids(ScriptedInvoker server)
    {
        await using var client = Scripted.Client(server);
        return await client.Sessions.WatchAsync("session").Select(item => item.Id).ToListAsync();
    }
}
