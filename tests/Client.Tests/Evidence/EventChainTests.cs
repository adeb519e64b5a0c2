using Google.Protobuf.WellKnownTypes;
using Koda.Client.Evidence;

namespace Koda.Client.Tests.Evidence;

public sealed class EventChainTests
{
    private static readonly Guid s_stream = new("0192f0c1-2a3b-7c4d-8e5f-001122334455");

    // The hashes were computed by another program from docs/event-log.md.
    private static Runtime.Event First => new()
    {
        Seq = 1,
        Time = new Timestamp { Seconds = 1764115200, Nanos = 123456000 },
        Kind = "task.queued",
        Actor = "principal:op",
        Payload = """{"query":"größer"}""",
        Hash = "2383d21cc3ad70c9f65589973e7fdc624bc5c827ae7acf5cdecef1bebc8f1ce1",
    };

    private static Runtime.Event Second => new()
    {
        Seq = 2,
        Time = new Timestamp { Seconds = 1764115200, Nanos = 654321000 },
        Kind = "model.finished",
        Actor = "worker:w1",
        Attempt = 1,
        Payload = """{"step":1}""",
        Usage = """{"input_tokens":5}""",
        Hash = "a475d8e15385961e1fdefa59f01eb2ad4507c846dae4c3ba30cb480fea835106",
    };

    [Fact]
    public void Events_as_they_were_recorded_verify()
    {
        var chain = new EventChain(s_stream);

        Assert.Null(chain.Verify(First));
        Assert.Null(chain.Verify(Second));
        Assert.Equal(2, chain.Seq);
    }

    [Fact]
    public void Any_change_of_an_event_is_found()
    {
        Action<Runtime.Event>[] changes =
        [
            item => item.Payload = """{"query":"grösser"}""",
            item => item.Kind = "task.paused",
            item => item.Actor = "system",
            item => item.Attempt = 1,
            item => item.Time.Nanos += 1000,
            item => item.Usage = "{}",
        ];
        Assert.All(changes, change =>
        {
            var item = First;
            change(item);
            Assert.Contains("hash", new EventChain(s_stream).Verify(item));
        });
    }

    [Fact]
    public void A_missing_event_is_found() => Assert.Contains("event 1 is missing", new EventChain(s_stream).Verify(Second));

    [Fact]
    public void An_event_of_another_stream_is_found() => Assert.NotNull(new EventChain(Guid.Empty).Verify(First));
}
