using System.Buffers;
using Google.Protobuf;
using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>Turns the payloads of one direction of a call into messages. Not for concurrent use.</summary>
internal sealed class MessageDecoder(int? maxMessageSize) : DeserializationContext
{
    private ReadOnlySequence<byte> _payload;

    public int? MaxMessageSize => maxMessageSize;

    /// <summary>The value of the sender's <c>grpc-encoding</c>; null when there is none.</summary>
    public string? Encoding { get; set; }

    public override int PayloadLength => (int)_payload.Length;

    public override ReadOnlySequence<byte> PayloadAsReadOnlySequence() => _payload;

    /// <exception cref="RpcException">INTERNAL for bytes that are no such message, RESOURCE_EXHAUSTED over the size limit.</exception>
    public T Decode<T>(Marshaller<T> marshaller, in ReadOnlySequence<byte> payload, bool isCompressed)
    {
        if (!isCompressed)
            return Deserialize(marshaller, payload);
        if (Encoding != WireNames.Gzip)
            throw new RpcException(new Status(
                StatusCode.Internal, $"The message is compressed, but its encoding is '{Encoding ?? WireNames.Identity}'."));
        using var plain = new PooledBufferWriter();
        MessageCompression.Decompress(payload, plain, maxMessageSize);
        return Deserialize(marshaller, new ReadOnlySequence<byte>(plain.WrittenMemory));
    }

    private T Deserialize<T>(Marshaller<T> marshaller, in ReadOnlySequence<byte> payload)
    {
        _payload = payload;
        try
        {
            return marshaller.ContextualDeserializer(this);
        }
        catch (InvalidProtocolBufferException exception)
        {
            throw new RpcException(new Status(StatusCode.Internal, $"The message cannot be read: {exception.Message}", exception));
        }
        finally
        {
            _payload = default;
        }
    }
}
