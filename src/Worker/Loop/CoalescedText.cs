using System.Text;

namespace Koda.Worker.Loop;

/// <summary>
/// Joins streamed pieces of text, so that one goes out every 50 milliseconds or 4 KiB. Pieces of different channels are not joined.
/// </summary>
internal sealed class CoalescedText : IDisposable
{
    private const int MaxLength = 4096;
    private static readonly TimeSpan MaxAge = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly StringBuilder _text = new();
    private readonly Action<string, string> _emit;
    private readonly ITimer _timer;
    private string _channel = "";

    /// <param name="time">The clock.</param>
    /// <param name="emit">Takes the channel and the joined text.</param>
    public CoalescedText(TimeProvider time, Action<string, string> emit)
    {
        _emit = emit;
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
            if (_text.Length == 0)
                _timer.Change(MaxAge, Timeout.InfiniteTimeSpan);
            _text.Append(text);
            if (_text.Length >= MaxLength)
                Flush();
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
        }
    }

    public void Dispose()
    {
        Flush();
        _timer.Dispose();
    }
}
