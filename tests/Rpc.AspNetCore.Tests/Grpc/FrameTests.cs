using System.IO.Compression;
using Google.Protobuf;
using Grpc.Core;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Grpc;

public sealed class FrameTests : IAsyncLifetime
{
    private const int Limit = 1000;

    private ProbeServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await ProbeServer.StartAsync(rpc =>
            (rpc.MaxReceiveMessageSize, rpc.MaxSendMessageSize, rpc.CompressReplies) = (Limit, Limit, true));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_unary_reply_is_one_frame_and_a_status()
    {
        var reply = await _server.Raw.CallAsync("Unary", "hello");
        Assert.Equal(["hello"], reply.Texts);
        Assert.False(reply.IsTrailersOnly);
        Assert.Equal("0", reply.Trailers["grpc-status"]);
        Assert.DoesNotContain("grpc-message", reply.Trailers.Keys);
    }

    [Fact]
    public async Task An_empty_message_is_a_frame_without_payload()
    {
        var reply = await _server.Raw.CallAsync("Unary", "");
        Assert.Equal((0, 0), (reply.Frames.Single().Flag, reply.Frames.Single().Payload.Length));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task A_unary_call_needs_exactly_one_message(int messages)
    {
        var body = Enumerable.Range(0, messages).SelectMany(_ => RawClient.Frame("x")).ToArray();
        Assert.Equal((int)StatusCode.Unimplemented, (await _server.Raw.SendAsync(RawClient.Request("Unary", body))).GrpcStatus);
    }

    [Theory]
    [InlineData("Unary")]
    [InlineData("Collect")]
    public async Task A_body_that_ends_within_a_message_is_an_internal_error(string method)
    {
        var body = RawClient.Frame("hello")[..^1];
        Assert.Equal((int)StatusCode.Internal, (await _server.Raw.SendAsync(RawClient.Request(method, body))).GrpcStatus);
    }

    [Fact]
    public async Task Bytes_that_are_not_the_message_are_an_internal_error()
    {
        var body = RawClient.Frame([0xff, 0xff, 0xff]);
        Assert.Equal((int)StatusCode.Internal, (await _server.Raw.SendAsync(RawClient.Request("Unary", body))).GrpcStatus);
    }

    [Fact]
    public async Task A_compressed_message_without_an_encoding_is_an_internal_error()
    {
        var body = RawClient.Frame("hello", flag: 1);
        Assert.Equal((int)StatusCode.Internal, (await _server.Raw.SendAsync(RawClient.Request("Unary", body))).GrpcStatus);
    }

    [Fact]
    public async Task A_message_over_the_limit_is_refused_before_it_is_read()
    {
        var header = RawClient.Frame(new byte[Limit + 1])[..5];
        Assert.Equal((int)StatusCode.ResourceExhausted, (await _server.Raw.SendAsync(RawClient.Request("Unary", header))).GrpcStatus);
    }

    [Fact]
    public async Task A_small_message_that_unpacks_over_the_limit_is_refused()
    {
        var body = RawClient.Frame(Gzip(new ProbeRequest { Text = new string('a', 100 * Limit) }.ToByteArray()), flag: 1);
        Assert.InRange(body.Length, 1, Limit);
        var reply = await _server.Raw.SendAsync(RawClient.Request("Unary", body, ("grpc-encoding", "gzip")));
        Assert.Equal((int)StatusCode.ResourceExhausted, reply.GrpcStatus);
    }

    [Fact]
    public async Task A_reply_over_the_limit_is_refused_whole()
    {
        _server.Handlers.Unary = (_, _) => Task.FromResult(ProbeHandlers.Reply(new string('a', Limit + 1)));
        var reply = await _server.Raw.CallAsync("Unary", "x");
        Assert.Equal((int)StatusCode.ResourceExhausted, reply.GrpcStatus);
        Assert.Empty(reply.Frames);
    }

    [Fact]
    public async Task A_compressed_request_is_read()
    {
        var body = RawClient.Frame(Gzip(new ProbeRequest { Text = "packed" }.ToByteArray()), flag: 1);
        var reply = await _server.Raw.SendAsync(RawClient.Request("Unary", body, ("grpc-encoding", "gzip")));
        Assert.Equal(["packed"], reply.Texts);
    }

    [Fact]
    public async Task A_reply_is_compressed_for_a_caller_that_accepts_gzip()
    {
        var reply = await _server.Raw.CallAsync("Unary", "hello", ("grpc-accept-encoding", "deflate, gzip"));
        Assert.Equal("gzip", reply.Headers["grpc-encoding"]);
        var (flag, payload) = reply.Frames.Single();
        Assert.Equal(1, flag);
        Assert.Equal("hello", ProbeReply.Parser.ParseFrom(Gunzip(payload)).Text);
    }

    [Fact]
    public async Task A_reply_is_not_compressed_for_other_callers()
    {
        var reply = await _server.Raw.CallAsync("Unary", "hello", ("grpc-accept-encoding", "identity"));
        Assert.DoesNotContain("grpc-encoding", reply.Headers.Keys);
        Assert.Equal(["hello"], reply.Texts);
    }

    [Fact]
    public async Task A_handler_can_leave_single_messages_uncompressed()
    {
        _server.Handlers.Watch = async (_, replies, _) =>
        {
            await replies.WriteAsync(ProbeHandlers.Reply("packed"));
            replies.WriteOptions = new WriteOptions(WriteFlags.NoCompress);
            await replies.WriteAsync(ProbeHandlers.Reply("plain"));
        };
        var reply = await _server.Raw.CallAsync("Watch", "x", ("grpc-accept-encoding", "gzip"));
        Assert.Equal([1, 0], reply.Frames.Select(frame => (int)frame.Flag));
    }

    private static byte[] Gzip(byte[] plain)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal))
            gzip.Write(plain);
        return packed.ToArray();
    }

    private static byte[] Gunzip(byte[] packed)
    {
        using var gzip = new GZipStream(new MemoryStream(packed), CompressionMode.Decompress);
        using var plain = new MemoryStream();
        gzip.CopyTo(plain);
        return plain.ToArray();
    }
}
