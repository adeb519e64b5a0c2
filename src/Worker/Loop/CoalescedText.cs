using System.Text;

namespace Koda.Worker.Loop;

/// <summary>
/// Joins streamed pieces of text. A piece that comes after a pause goes out at once; what follows goes out every 25 milliseconds or 4 KiB,
/// at a beat that all of a process share: what its attempts stream at one time is sent in one message and committed together. Pieces of
/// different channels are not joined.
/// </summary>
internal sealed class CoalescedText : IDisposable
{
    private const int MaxLength = 4096;
    private static readonly TimeSpan s_beat = TimeSpan.FromMilliseconds(25);

    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly TimeProvider _time;
    private readonly Action<string, string> _emit;
    private readonly ITimer _timer;
    private string _channel = "";
    private long? _emittedAt;

    /// <param name="time">The clock.</param>
    /// <param name="emit">Takes the channel and the joined text.</param>
    public CoalescedText(TimeProvider time, Action<string, string> emit)
    {
        (_time, _emit) = (time, emit);
        _timer = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Add(string channel, string text)
    {
        if (text.Length == 0)
            return;
        lock (_gate)
        {
            if (channel != _channel)
                Flush();
            _channel = channel;
            var isFirst = _text.Length == 0;
            _text.Append(text);
            if (_text.Length >= MaxLength || (isFirst && IsAfterPause))
                Flush();
            else if (isFirst)
                _timer.Change(UntilNextBeat, Timeout.InfiniteTimeSpan);
        }
    }

    public void Flush()
    {
        lock (_gate)
        {
            if (_text.Length == 0)
                return;
            _emit(_channel, _text.ToString());
            _text.Clear();
            _emittedAt = _time.GetTimestamp();
        }
    }

    public void Dispose()
    {
        Flush();
        _timer.Dispose();
    }

    private bool IsAfterPause => _emittedAt is not { } at || _time.GetElapsedTime(at) >= s_beat;

    // Timestamps count from one moment for the whole process, so their multiples are beats without anybody keeping them.
    private TimeSpan UntilNextBeat
    {
        get
        {
            var now = _time.GetTimestamp();
            var beat = (long)(_time.TimestampFrequency * s_beat.TotalSeconds);
            return _time.GetElapsedTime(now, now - (now % beat) + beat);
        }
    }
}
