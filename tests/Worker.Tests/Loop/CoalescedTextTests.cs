using Koda.Worker.Loop;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Koda.Worker.Tests.Loop;

public class CoalescedTextTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly List<string> _out = [];

    [Fact]
    public void The_first_piece_and_one_after_a_pause_go_out_at_once()
    {
        using var text = Stream("a");

        text.Add("answer", "one");
        _time.Advance(TimeSpan.FromMilliseconds(25));
        text.Add("answer", "two");

        Assert.Equal(["a:one", "a:two"], _out);
    }

    [Fact]
    public void Pieces_that_follow_closely_go_out_together_within_25_milliseconds()
    {
        using var text = Stream("a");
        text.Add("answer", "first");

        for (var i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(5));
            text.Add("answer", $" {i}");
        }

        Assert.Equal(["a:first", "a: 0 1 2 3"], _out.Take(2));
    }

    [Fact]
    public void Attempts_that_stream_at_one_time_send_at_one_time()
    {
        using var one = Stream("a");
        using var other = Stream("b");
        one.Add("answer", "first");
        _time.Advance(TimeSpan.FromMilliseconds(7));
        other.Add("answer", "first");
        one.Add("answer", "second");
        _time.Advance(TimeSpan.FromMilliseconds(11));
        other.Add("answer", "second");
        _out.Clear();

        _time.Advance(TimeSpan.FromMilliseconds(7));

        Assert.Equal(["a:second", "b:second"], _out.Order());
    }

    [Fact]
    public void Another_channel_ends_what_was_gathered_for_the_one_before()
    {
        using var text = Stream("a");
        text.Add("reasoning", "first");
        text.Add("reasoning", "hm");

        text.Add("answer", "yes");

        Assert.Equal(["a:first", "a:hm"], _out);
    }

    private CoalescedText Stream(string name) => new(_time, (_, text) => _out.Add($"{name}:{text}"));
}
