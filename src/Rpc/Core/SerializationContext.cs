using System.Buffers;

namespace Grpc.Core;

/// <summary>Where a serializer puts one message.</summary>
public abstract class SerializationContext
{
    /// <summary>Finishes the message with a payload that is already there.</summary>
    public virtual void Complete(byte[] payload) => throw new NotSupportedException("This context takes no ready payload.");

    /// <summary>A writer for the payload. <see cref="Complete()"/> finishes it.</summary>
    public virtual IBufferWriter<byte> GetBufferWriter() => throw new NotSupportedException("This context has no buffer writer.");

    /// <summary>Says the exact length in bytes before it is written, so that no buffer has to grow.</summary>
    public virtual void SetPayloadLength(int payloadLength) { }

    /// <summary>Finishes the message that was written to <see cref="GetBufferWriter"/>.</summary>
    public virtual void Complete() => throw new NotSupportedException("This context has no buffer writer.");
}
