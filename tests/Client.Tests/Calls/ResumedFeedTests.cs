using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Tests.Calls;

public sealed class ResumedFeedTests
{
    private static readonly TimeSpan s_resumeFor = TimeSpan.FromMinutes(10);

    [Fact]
    public async Task A_quiet_feed_that_is_cut_now_and_then_goes_on()
    {
        var source = new Source(heldFor: s_resumeFor, cuts: 5);
        using var feed = new ResumedFeed<string>(source, source.Calls, after: 0, onCut: null);

        Assert.Equal("at last", await feed.Next(default));
        Assert.Equal(6, source.Opened);
    }

    [Fact]
    public async Task A_server_that_refuses_for_too_long_is_given_up()
    {
        var source = new Source(heldFor: TimeSpan.FromSeconds(20), cuts: 1000);
        using var feed = new ResumedFeed<string>(source, source.Calls, after: 0, onCut: null);

        await Assert.ThrowsAsync<KodaException>(() => feed.Next(default));
        Assert.InRange(source.Opened, 30, 33);
    }

    /// <summary>A feed whose connections are cut after a time in which they gave nothing; the last one gives an event.</summary>
    private sealed class Source(TimeSpan heldFor, int cuts) : TimeProvider, IFeedSource<string>
    {
        private long _now;

        public int Opened { get; private set; }

        public CallRunner Calls => new(Scripted.Options with { TimeProvider = this, ResumeFor = s_resumeFor });

        public override long GetTimestamp() => _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public AsyncServerStreamingCall<string> Open(long after, CallOptions options) => new(
            new Reader(this, ++Opened > cuts), Task.FromResult(new Metadata()), () => Status.DefaultSuccess, () => [], () => { });

        public long PositionOf(string item) => 1;

        public Task<bool> HasEnded(FeedEnd<string> end, CancellationToken cancellationToken) => Task.FromResult(false);

        private sealed class Reader(Source source, bool isLast) : IAsyncStreamReader<string>
        {
            public string Current => "at last";

            public Task<bool> MoveNext(CancellationToken cancellationToken)
            {
                source._now += source.HeldFor.Ticks;
                return isLast ? Task.FromResult(true) : throw new RpcException(new Status(StatusCode.Unavailable, "cut"));
            }
        }

        private TimeSpan HeldFor => heldFor;
    }
}
