using System.Buffers;
using System.IO.Compression;
using System.Text;
using Google.Protobuf;
using Google.Rpc;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Tests.Wire;

public sealed class MessageCodingTests
{
    private static readonly Marshaller<Google.Rpc.Status> s_proto = Marshallers.Create(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => Google.Rpc.Status.Parser.ParseFrom(context.PayloadAsReadOnlySequence()));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_protobuf_message_survives_the_wire(bool compress)
    {
        var message = new Google.Rpc.Status { Code = 5, Message = new string('m', 5000) };
        var output = new ArrayBufferWriter<byte>();
        new MessageEncoder().Encode(output, message, s_proto, compress);

        var buffer = new ReadOnlySequence<byte>(output.WrittenMemory);
        Assert.True(FrameReader.TryReadFrame(ref buffer, null, out var header, out var payload));
        Assert.Equal(compress, header.IsCompressed);
        Assert.True(buffer.IsEmpty);
        Assert.Equal(message, Decoder(WireNames.Gzip).Decode(s_proto, payload, header.IsCompressed));
    }

    [Fact]
    public void Gzip_of_another_implementation_is_read()
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.SmallestSize))
            gzip.Write(Encoding.UTF8.GetBytes("hello"));
        var payload = new ReadOnlySequence<byte>(compressed.ToArray());
        Assert.Equal("hello", Decoder(WireNames.Gzip).Decode(Marshallers.StringMarshaller, payload, isCompressed: true));
    }

    [Fact]
    public void The_limit_holds_for_the_decompressed_message()
    {
        var frame = Frames.Encode(compress: true, new string('a', 100_000));
        var payload = new ReadOnlySequence<byte>(frame, FrameHeader.Size, frame.Length - FrameHeader.Size);
        Assert.True(payload.Length < 10_000);
        var decoder = new MessageDecoder(10_000) { Encoding = WireNames.Gzip };
        var exception = Assert.Throws<RpcException>(() => decoder.Decode(Marshallers.StringMarshaller, payload, isCompressed: true));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("identity")]
    [InlineData("snappy")]
    public void A_compressed_message_without_a_known_encoding_is_an_internal_error(string? encoding)
    {
        var exception = Assert.Throws<RpcException>(
            () => Decoder(encoding).Decode(Marshallers.StringMarshaller, new ReadOnlySequence<byte>([1, 2, 3]), isCompressed: true));
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    [Fact]
    public void Bytes_that_are_not_gzip_are_an_internal_error()
    {
        var exception = Assert.Throws<RpcException>(
            () => Decoder("gzip").Decode(Marshallers.StringMarshaller, new ReadOnlySequence<byte>("not gzip at all"u8.ToArray()), isCompressed: true));
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    [Fact]
    public void Bytes_that_are_no_such_message_are_an_internal_error()
    {
        var exception = Assert.Throws<RpcException>(
            () => Decoder(null).Decode(s_proto, new ReadOnlySequence<byte>([0xff, 0xff, 0xff]), isCompressed: false));
        Assert.Equal(StatusCode.Internal, exception.StatusCode);
    }

    [Fact]
    public void A_message_over_the_send_limit_is_refused_and_writes_nothing()
    {
        var output = new ArrayBufferWriter<byte>();
        var exception = Assert.Throws<RpcException>(
            () => new MessageEncoder(10).Encode(output, new ErrorInfo { Reason = "a long reason" }, Proto<ErrorInfo>(), compress: false));
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
        Assert.Equal(0, output.WrittenCount);
    }

    [Theory]
    [InlineData("gzip", true)]
    [InlineData("identity, gzip", true)]
    [InlineData("identity,deflate,GZIP", true)]
    [InlineData("identity", false)]
    [InlineData("xgzip", false)]
    [InlineData("", false)]
    public void Gzip_is_sent_only_to_peers_that_accept_it(string acceptEncoding, bool accepts) =>
        Assert.Equal(accepts, MessageCompression.AcceptsGzip(acceptEncoding));

    private static MessageDecoder Decoder(string? encoding) => new(null) { Encoding = encoding };

    private static Marshaller<T> Proto<T>() where T : IMessage<T>, new() => Marshallers.Create<T>(
        (message, context) =>
        {
            context.SetPayloadLength(message.CalculateSize());
            message.WriteTo(context.GetBufferWriter());
            context.Complete();
        },
        context => new MessageParser<T>(() => new T()).ParseFrom(context.PayloadAsReadOnlySequence()));
}
