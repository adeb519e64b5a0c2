using System.Buffers;
using System.Buffers.Text;
using Grpc.Core;

namespace Koda.Rpc.AspNetCore;

/// <summary>Reads runs of base64, each with padding of its own or none, as the bytes that they encode.</summary>
internal sealed class Base64ReadStream(Stream input) : Stream
{
    private const int GroupSize = 4;

    private readonly byte[] _text = new byte[4096];
    private int _length;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            if (_length >= GroupSize && buffer.Length >= 3)
                return Decode(buffer.Span);
            var read = await input.ReadAsync(_text.AsMemory(_length), cancellationToken);
            if (read == 0)
                return _length == 0 ? 0 : throw NotBase64("it ends within a group of four");
            _length += read;
        }
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static RpcException NotBase64(string why) => new(new Status(StatusCode.Internal, $"The body is not base64: {why}."));

    private int Decode(Span<byte> output)
    {
        var size = Math.Min(_length - (_length % GroupSize), output.Length / 3 * GroupSize);
        var padding = _text.AsSpan(0, size).IndexOf((byte)'=');
        if (padding >= 0)
            size = (padding / GroupSize * GroupSize) + GroupSize;
        if (Base64.DecodeFromUtf8(_text.AsSpan(0, size), output, out var consumed, out var written) != OperationStatus.Done)
            throw NotBase64("a group of four is none");
        _text.AsSpan(consumed, _length - consumed).CopyTo(_text);
        _length -= consumed;
        return written;
    }
}
