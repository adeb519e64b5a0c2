using System.Buffers;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>Reads the frames of a response body into one pooled buffer, as many at a time as are there. Not for concurrent use.</summary>
internal sealed class ResponseFrames(Stream body, MessageDecoder decoder)
{
    private const int InitialSize = 4096;
    private const int MaxReadAhead = 64 * 1024;

    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _readAhead = InitialSize;

    /// <summary>Takes a message that has arrived completely.</summary>
    public bool TryTake<T>(Marshaller<T> marshaller, out T? message)
    {
        message = default;
        var available = _end - _start;
        if (available < FrameHeader.Size)
            return false;
        var header = FrameHeader.Parse(_buffer.AsSpan(_start, FrameHeader.Size), decoder.MaxMessageSize);
        if (available - FrameHeader.Size < header.Length)
            return false;
        var payload = new ReadOnlySequence<byte>(_buffer, _start + FrameHeader.Size, header.Length);
        _start += FrameHeader.Size + header.Length;
        message = decoder.Decode(marshaller, payload, header.IsCompressed);
        return true;
    }

    /// <summary>Reads until a message is there to take; false at the end of the body.</summary>
    /// <exception cref="RpcException">INTERNAL: the body ends within a message.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var missing = Missing();
            if (missing <= 0)
                return true;
            MakeRoom(missing);
            var read = await body.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            if (read == 0)
                return _start == _end ? false : throw MessageLengthError.Truncated();
            if (_end + read == _buffer.Length)
                _readAhead = Math.Min(_readAhead * 2, MaxReadAhead);
            _end += read;
        }
    }

    /// <summary>Gives the buffer back. Nothing may be read afterwards.</summary>
    public void Release()
    {
        var buffer = _buffer;
        (_buffer, _start, _end) = ([], 0, 0);
        if (buffer.Length > 0)
            ArrayPool<byte>.Shared.Return(buffer);
    }

    private int Missing()
    {
        var available = _end - _start;
        return available < FrameHeader.Size
            ? FrameHeader.Size - available
            : FrameHeader.Parse(_buffer.AsSpan(_start, FrameHeader.Size), decoder.MaxMessageSize).Length + FrameHeader.Size - available;
    }

    private void MakeRoom(int missing)
    {
        var available = _end - _start;
        if (available == 0)
            (_start, _end) = (0, 0);
        var wanted = Math.Max(available + missing, _readAhead);
        if (_buffer.Length < wanted)
        {
            var larger = ArrayPool<byte>.Shared.Rent(wanted);
            _buffer.AsSpan(_start, available).CopyTo(larger);
            if (_buffer.Length > 0)
                ArrayPool<byte>.Shared.Return(_buffer);
            (_buffer, _start, _end) = (larger, 0, available);
        }
        else if (_buffer.Length - _end < missing)
        {
            _buffer.AsSpan(_start, available).CopyTo(_buffer);
            (_start, _end) = (0, available);
        }
    }
}
