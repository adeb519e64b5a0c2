using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Client.Tests.Tasks;

public sealed class TaskFeedTests
{
    [Fact]
    public async Task A_cut_feed_goes_on_after_the_last_event_that_was_seen()
    {
        var server = new ScriptedInvoker()
            .Feed(Scripted.Events(1, 2), StatusCode.Unavailable)
            .Fail(StatusCode.Unavailable)
            .Feed(Scripted.Events(3))
            .Answer(Scripted.Ended(3));

        Assert.Equal([1, 2, 3], await Seqs(server));
        Assert.Equal([0L, 2, 2], Watched(server));
    }

    [Fact]
    public async Task Events_that_come_again_after_a_cut_are_given_once()
    {
        var server = new ScriptedInvoker()
            .Feed(Scripted.Events(1, 2), StatusCode.Internal)
            .Feed(Scripted.Events(1, 2, 3))
            .Answer(Scripted.Ended(3));

        Assert.Equal([1, 2, 3], await Seqs(server));
    }

    [Fact]
    public async Task A_feed_that_is_closed_before_the_task_ended_is_taken_up_again()
    {
        var server = new ScriptedInvoker()
            .Feed(Scripted.Events(1))
            .Answer(new Runtime.Task { LastEventSeq = 1 })
            .Feed(Scripted.Events(2))
            .Answer(Scripted.Ended(2));

        Assert.Equal([1, 2], await Seqs(server));
    }

    [Fact]
    public async Task Each_cut_is_told()
    {
        var server = new ScriptedInvoker().Feed([], StatusCode.Unavailable).Feed(Scripted.Events(1)).Answer(Scripted.Ended(1));
        var cuts = new List<string>();
        await using var client = Scripted.Client(server);

        await client.Tasks.WatchAsync("tsk_1", onCut: (error, _) => cuts.Add(error.Code)).CountAsync();

        Assert.Equal(["server.unreachable"], cuts);
    }

    [Theory]
    [InlineData(StatusCode.NotFound)]
    [InlineData(StatusCode.OutOfRange)]
    [InlineData(StatusCode.PermissionDenied)]
    public async Task A_refusal_ends_the_feed(StatusCode status)
    {
        var error = await Assert.ThrowsAsync<KodaException>(() => Seqs(new ScriptedInvoker().Fail(status)));

        Assert.Equal(status, error.Status);
        Assert.Equal(ErrorReason.Unspecified, error.Reason);
    }

    [Fact]
    public async Task A_server_that_stays_away_is_given_up()
    {
        var server = new ScriptedInvoker().Fail(StatusCode.Unavailable, "first").Fail(StatusCode.Unavailable, "second");
        await using var client = Scripted.Client(server, Scripted.Options with { ResumeFor = TimeSpan.Zero });

        await Assert.ThrowsAsync<KodaException>(async () => await client.Tasks.WatchAsync("tsk_1").CountAsync());
    }

    [Fact]
    public async Task Cancelling_ends_the_feed()
    {
        var server = new ScriptedInvoker().Feed(Scripted.Events(1, 2));
        await using var client = Scripted.Client(server);
        using var stop = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in client.Tasks.WatchAsync("tsk_1", cancellationToken: stop.Token)) await stop.CancelAsync();
        });
    }

    private static IEnumerable<long> Watched(ScriptedInvoker server) =>
        server.Calls.Select(call => call.Request).OfType<Runtime.WatchTaskRequest>().Select(r => r.AfterSeq);

    private static async Task<List<long>> Seqs(ScriptedInvoker server)
    {
        await using var client = Scripted.Client(server);
        return await client.Tasks.WatchAsync("tsk_1").Select(item => item.Seq).ToListAsync();
    }
}
