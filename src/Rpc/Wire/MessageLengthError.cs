using System.Globalization;
using Grpc.Core;

namespace Koda.Rpc.Wire;

/// <summary>The errors for messages that are longer than allowed or shorter than announced.</summary>
internal static class MessageLengthError
{
    public static RpcException Received(long length, int limit) => Exceeded("received", length, limit);

    public static RpcException Sent(long length, int limit) => Exceeded("sent", length, limit);

    public static RpcException Decompressed(int limit) => new(new Status(
        StatusCode.ResourceExhausted,
        string.Create(CultureInfo.InvariantCulture, $"The decompressed message is larger than the limit of {limit} bytes.")));

    public static RpcException Truncated() => new(new Status(StatusCode.Internal, "The stream ended within a message."));

    private static RpcException Exceeded(string direction, long length, int limit) => new(new Status(
        StatusCode.ResourceExhausted,
        string.Create(CultureInfo.InvariantCulture, $"The {direction} message has {length} bytes; the limit is {limit}.")));
}
