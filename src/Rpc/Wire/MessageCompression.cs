using System.Buffers;
using System.IO.Compression;
using System.IO.Pipelines;
using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>Compresses and decompresses single messages with gzip.</summary>
internal static class MessageCompression
{
    /// <summary>Whether a value of <c>grpc-encoding</c> is one that this runtime reads.</summary>
    public static bool IsSupported(string? encoding) => encoding is null or WireNames.Identity or WireNames.Gzip;

    /// <summary>Whether a peer's <c>grpc-accept-encoding</c> lets it be sent gzip.</summary>
    public static bool AcceptsGzip(ReadOnlySpan<char> acceptEncoding)
    {
        foreach (var range in acceptEncoding.Split(','))
            if (acceptEncoding[range].Trim().Equals(WireNames.Gzip, StringComparison.OrdinalIgnoreCase))
                return true;
        return false;
    }

    public static void Compress(ReadOnlySpan<byte> message, IBufferWriter<byte> output)
    {
        using var gzip = new GZipStream(new BufferWriterStream(output), CompressionLevel.Fastest);
        gzip.Write(message);
    }

    /// <exception cref="RpcException">RESOURCE_EXHAUSTED over the limit, INTERNAL for bytes that are not gzip.</exception>
    public static void Decompress(in ReadOnlySequence<byte> compressed, PooledBufferWriter output, int? maxMessageSize)
    {
        // The framework's reader of a sequence fails on one that is empty.
        if (compressed.IsEmpty)
            throw new RpcException(new Status(StatusCode.Internal, "The compressed message is not valid gzip: it is empty."));
        using var gzip = new GZipStream(PipeReader.Create(compressed).AsStream(), CompressionMode.Decompress);
        try
        {
            while (gzip.Read(output.GetSpan(4096)) is var read and > 0)
            {
                output.Advance(read);
                if (output.WrittenCount > maxMessageSize)
                    throw MessageLengthError.Decompressed(maxMessageSize.Value);
            }
        }
        catch (InvalidDataException exception)
        {
            throw new RpcException(new Status(StatusCode.Internal, "The compressed message is not valid gzip.", exception));
        }
    }
}
