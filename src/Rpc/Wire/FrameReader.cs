using System.Buffers;
using System.IO.Pipelines;
using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>Reads messages from a pipe, one at a time. Not for concurrent use.</summary>
internal sealed class FrameReader(PipeReader input, MessageDecoder decoder)
{
    /// <summary>The next message, or null at the end of the stream.</summary>
    /// <exception cref="RpcException">The bytes are no message, or one over the limit.</exception>
    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken) where T : class
    {
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            if (TryReadFrame(ref buffer, decoder.MaxMessageSize, out var header, out var payload))
            {
                var message = decoder.Decode(marshaller, payload, header.IsCompressed);
                input.AdvanceTo(buffer.Start);
                return message;
            }
            if (result.IsCompleted || result.IsCanceled)
            {
                input.AdvanceTo(buffer.End);
                return buffer.IsEmpty ? null : throw MessageLengthError.Truncated();
            }
            input.AdvanceTo(buffer.Start, buffer.End);
        }
    }

    /// <summary>The only message of the stream, read to its end.</summary>
    /// <exception cref="RpcException">UNIMPLEMENTED, as gRPC asks, when there is none or more than one.</exception>
    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken) where T : class
    {
        var message = await ReadAsync(marshaller, cancellationToken)
            ?? throw new RpcException(new Status(StatusCode.Unimplemented, "The request has no message; exactly one is needed."));
        while (true)
        {
            var result = await input.ReadAsync(cancellationToken);
            var hasMore = !result.Buffer.IsEmpty;
            input.AdvanceTo(result.Buffer.End);
            if (hasMore)
                throw new RpcException(new Status(StatusCode.Unimplemented, "The request has several messages; exactly one is needed."));
            if (result.IsCompleted || result.IsCanceled)
                return message;
        }
    }

    /// <summary>Takes a complete frame from the front of the buffer, or leaves the buffer as it is.</summary>
    internal static bool TryReadFrame(
        ref ReadOnlySequence<byte> buffer, int? maxMessageSize, out FrameHeader header, out ReadOnlySequence<byte> payload)
    {
        header = default;
        payload = default;
        if (buffer.Length < FrameHeader.Size)
            return false;
        Span<byte> bytes = stackalloc byte[FrameHeader.Size];
        buffer.Slice(0, FrameHeader.Size).CopyTo(bytes);
        header = FrameHeader.Parse(bytes, maxMessageSize);
        if (buffer.Length - FrameHeader.Size < header.Length)
            return false;
        payload = buffer.Slice(FrameHeader.Size, header.Length);
        buffer = buffer.Slice(payload.End);
        return true;
    }
}
