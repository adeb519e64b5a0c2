using System.Buffers;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Tests.Wire;

/// <summary>Texts as they travel.</summary>
internal static class Frames
{
    public static byte[] Encode(params string[] messages) => Encode(compress: false, messages);

    public static byte[] Encode(bool compress, params string[] messages)
    {
        var output = new ArrayBufferWriter<byte>();
        var encoder = new MessageEncoder();
        foreach (var message in messages)
            encoder.Encode(output, message, Marshallers.StringMarshaller, compress);
        return output.WrittenSpan.ToArray();
    }
}
