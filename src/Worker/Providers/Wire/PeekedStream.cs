namespace Koda.Worker.Providers.Wire;

/// <summary>A stream whose beginning was looked at.</summary>
internal sealed class PeekedStream(ReadOnlyMemory<byte> head, Stream rest) : ForwardStream
{
    private const int MostSpace = 4096;

    private static readonly byte[] s_mark = [0xEF, 0xBB, 0xBF];

    private ReadOnlyMemory<byte> _head = head;

    /// <summary>Waits for the first byte that is no space.</summary>
    /// <returns>That byte, or a space when there is none, and all of the stream.</returns>
    public static async Task<(char Begin, Stream Whole)> Open(Stream stream, CancellationToken cancellationToken)
    {
        var buffer = new byte[MostSpace];
        var count = 0;
        while (count < buffer.Length)
        {
            var read = await stream.ReadAsync(buffer.AsMemory(count), cancellationToken);
            count += read;
            var text = buffer.AsSpan(0, count);
            text = text.StartsWith(s_mark) ? text[s_mark.Length..] : text;
            var first = text.IndexOfAnyExcept(" \t\r\n"u8);
            if (first >= 0 && (count >= s_mark.Length || text[first] < 0x80))
                return ((char)text[first], new PeekedStream(buffer.AsMemory(0, count), stream));
            if (read == 0)
                break;
        }
        return (' ', new PeekedStream(buffer.AsMemory(0, count), stream));
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_head.Length == 0)
            return await rest.ReadAsync(buffer, cancellationToken);
        var count = Math.Min(_head.Length, buffer.Length);
        _head[..count].CopyTo(buffer);
        _head = _head[count..];
        return count;
    }
}
