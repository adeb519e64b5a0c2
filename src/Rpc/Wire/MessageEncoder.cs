using System.Buffers;
using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>
/// Writes the messages of one direction of a call as frames. A message that says its length and is not compressed goes straight to the
/// output. Not for concurrent use.
/// </summary>
internal sealed class MessageEncoder(int? maxMessageSize = null) : SerializationContext
{
    private IBufferWriter<byte>? _output;
    private PooledBufferWriter? _scratch;
    private int? _length;
    private bool _compress;
    private bool _completed;

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED: the message is over the limit.</exception>
    public void Encode<T>(IBufferWriter<byte> output, T message, Marshaller<T> marshaller, bool compress)
    {
        (_output, _compress, _length, _completed) = (output, compress, null, false);
        try
        {
            marshaller.ContextualSerializer(message, this);
            if (!_completed)
                throw new InvalidOperationException("The serializer returned without completing the message.");
        }
        finally
        {
            _output = null;
            _scratch?.Dispose();
            _scratch = null;
        }
    }

    public override void SetPayloadLength(int payloadLength)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(payloadLength);
        EnsureAllowed(payloadLength);
        _length = payloadLength;
    }

    public override IBufferWriter<byte> GetBufferWriter()
    {
        if (_compress || _length is not { } length)
            return _scratch ??= new PooledBufferWriter();
        WriteHeader(new FrameHeader(IsCompressed: false, length));
        return _output!;
    }

    public override void Complete()
    {
        if (_scratch is not null)
            WriteFrame(_scratch.WrittenSpan);
        _completed = true;
    }

    public override void Complete(byte[] payload)
    {
        ArgumentNullException.ThrowIfNull(payload);
        WriteFrame(payload);
        _completed = true;
    }

    private void WriteFrame(ReadOnlySpan<byte> payload)
    {
        EnsureAllowed(payload.Length);
        // GZipStream writes nothing at all for no input, which is not gzip; an empty message goes as it is.
        if (_compress && payload.Length > 0)
        {
            using var compressed = new PooledBufferWriter();
            MessageCompression.Compress(payload, compressed);
            WriteHeader(new FrameHeader(IsCompressed: true, compressed.WrittenCount));
            _output!.Write(compressed.WrittenSpan);
            return;
        }
        WriteHeader(new FrameHeader(IsCompressed: false, payload.Length));
        _output!.Write(payload);
    }

    private void WriteHeader(FrameHeader header)
    {
        header.Write(_output!.GetSpan(FrameHeader.Size));
        _output.Advance(FrameHeader.Size);
    }

    private void EnsureAllowed(int length)
    {
        if (length > maxMessageSize)
            throw MessageLengthError.Sent(length, maxMessageSize.Value);
    }
}
