using System.Text;

namespace Koda.Worker.Tools;

/// <summary>What a command prints: the beginning and the end are kept, whatever lies between is counted only.</summary>
internal sealed class BoundedOutput
{
    private const int HeadBytes = 16 * 1024;
    private const int TailBytes = 16 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _head = new byte[HeadBytes];
    private readonly byte[] _tail = new byte[TailBytes];
    private int _headLength;
    private long _tailLength;

    /// <summary>Whether something between the beginning and the end was left out.</summary>
    public bool Truncated => _tailLength > TailBytes;

    public void Add(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            var toHead = Math.Min(bytes.Length, HeadBytes - _headLength);
            bytes[..toHead].CopyTo(_head.AsSpan(_headLength));
            _headLength += toHead;
            var rest = bytes[toHead..];
            _tailLength += rest.Length;
            if (rest.Length > TailBytes)
                rest = rest[^TailBytes..];
            var at = (int)((_tailLength - rest.Length) % TailBytes);
            var first = Math.Min(rest.Length, TailBytes - at);
            rest[..first].CopyTo(_tail.AsSpan(at));
            rest[first..].CopyTo(_tail);
        }
    }

    public override string ToString()
    {
        lock (_gate)
        {
            var head = Encoding.UTF8.GetString(_head, 0, _headLength);
            if (_tailLength == 0)
                return head;
            if (!Truncated)
                return Encoding.UTF8.GetString([.. _head, .. _tail.AsSpan(0, (int)_tailLength)]);
            var start = (int)(_tailLength % TailBytes);
            var tail = Encoding.UTF8.GetString([.. _tail.AsSpan(start), .. _tail.AsSpan(0, start)]);
            return $"{head}\n… ({_tailLength - TailBytes} bytes left out) …\n{tail}";
        }
    }
}
