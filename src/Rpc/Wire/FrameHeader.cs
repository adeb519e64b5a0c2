using System.Buffers.Binary;
using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>The five bytes before each message: the compression flag and the length in big-endian order.</summary>
internal readonly record struct FrameHeader(bool IsCompressed, int Length)
{
    public const int Size = 5;

    /// <exception cref="RpcException">INTERNAL for an unknown flag, RESOURCE_EXHAUSTED for a message over the limit.</exception>
    public static FrameHeader Parse(ReadOnlySpan<byte> header, int? maxMessageSize)
    {
        var flag = header[0];
        if (flag > 1)
            throw new RpcException(new Status(StatusCode.Internal, $"The message has the unknown compression flag {flag}."));
        var length = BinaryPrimitives.ReadUInt32BigEndian(header[1..]);
        if (length > (uint)(maxMessageSize ?? int.MaxValue))
            throw MessageLengthError.Received(length, maxMessageSize ?? int.MaxValue);
        return new FrameHeader(flag == 1, (int)length);
    }

    public void Write(Span<byte> header)
    {
        header[0] = IsCompressed ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(header[1..], Length);
    }
}
