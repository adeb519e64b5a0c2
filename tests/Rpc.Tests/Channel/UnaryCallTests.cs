using Grpc.Core;
using Koda.Rpc.Tests.Wire;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.Tests.Channel;

public sealed class UnaryCallTests
{
    [Fact]
    public async Task A_request_is_answered()
    {
        await using var server = await RawServer.StartAsync(Echo);
        using var channel = server.Connect();
        using var call = channel.Unary("hello");
        Assert.Equal("POST /test.Echo/Unary application/grpc te=trailers hello", await call);
        Assert.Equal(Status.DefaultSuccess, call.GetStatus());
    }

    [Fact]
    public async Task A_large_request_and_response_pass()
    {
        var text = new string('x', 3_000_000);
        await using var server = await RawServer.StartAsync(Echo);
        using var channel = server.Connect();
        Assert.EndsWith(text, await channel.Unary(text), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metadata_travels_both_ways()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            http.Response.Headers["initial"] = http.Request.Headers["key"];
            await http.SendAsync("response");
            http.Response.AppendTrailer("final-bin", http.Request.Headers["key-bin"]);
            http.End(StatusCode.OK);
        });
        using var channel = server.Connect();
        using var call = channel.Unary(options: new CallOptions(new Metadata { { "key", "text" }, { "key-bin", new byte[] { 0xab } } }));
        Assert.Equal("text", (await call.ResponseHeadersAsync).GetValue("initial"));
        Assert.Equal("response", await call);
        Assert.Equal([0xab], call.GetTrailers().GetValueBytes("final-bin"));
    }

    [Fact]
    public async Task Response_headers_are_there_before_the_response()
    {
        var mayAnswer = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async http =>
        {
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.FlushAsync();
            await mayAnswer.Task;
            await http.ReplyAsync("late");
        });
        using var channel = server.Connect();
        using var call = channel.Unary();
        await call.ResponseHeadersAsync;
        Assert.False(call.ResponseAsync.IsCompleted);
        Assert.Throws<InvalidOperationException>(() => call.GetStatus());
        mayAnswer.SetResult();
        Assert.Equal("late", await call);
    }

    [Fact]
    public async Task A_compressed_response_is_decompressed()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            Assert.Equal("identity,gzip", http.Request.Headers["grpc-accept-encoding"]);
            http.Response.ContentType = "application/grpc";
            http.Response.Headers["grpc-encoding"] = "gzip";
            await http.Response.BodyWriter.WriteAsync(Frames.Encode(compress: true, "squeezed"));
            http.End(StatusCode.OK);
        });
        using var channel = server.Connect();
        Assert.Equal("squeezed", await channel.Unary());
    }

    [Theory]
    [InlineData(WriteFlags.None, 1)]
    [InlineData(WriteFlags.NoCompress, 0)]
    public async Task Requests_are_compressed_unless_the_call_says_no(WriteFlags flags, byte flag)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            var body = await http.Request.BodyReader.ReadAtLeastAsync(FrameHeader.Size);
            await http.ReplyAsync($"{http.Request.Headers["grpc-encoding"]} {body.Buffer.FirstSpan[0]}");
        });
        using var channel = server.Connect(new RpcChannelOptions { CompressRequests = true });
        Assert.Equal($"gzip {flag}", await channel.Unary(options: new CallOptions(writeOptions: new WriteOptions(flags))));
    }

    [Fact]
    public async Task A_response_over_the_limit_is_refused()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync("more than ten bytes"));
        using var channel = server.Connect(new RpcChannelOptions { MaxReceiveMessageSize = 10 });
        Assert.Equal(StatusCode.ResourceExhausted, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public async Task A_request_over_the_limit_is_not_sent()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync("not reached"));
        using var channel = server.Connect(new RpcChannelOptions { MaxSendMessageSize = 10 });
        Assert.Equal(StatusCode.ResourceExhausted, (await Methods.FailureOf(channel.Unary("more than ten bytes"))).StatusCode);
    }

    [Fact]
    public async Task Many_calls_share_several_connections()
    {
        var connections = new HashSet<string>();
        await using var server = await RawServer.StartAsync(http =>
        {
            lock (connections)
                connections.Add(http.Connection.Id);
            return http.ReplyAsync("ok");
        });
        using var channel = server.Connect(new RpcChannelOptions { Connections = 3 });
        // Fewer calls than a connection takes at once: a full one would be joined by another, rightly.
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => channel.Unary().ResponseAsync));
        Assert.Equal(3, connections.Count);
    }

    private static async Task Echo(HttpContext http)
    {
        var frames = new FrameReader(http.Request.BodyReader, new MessageDecoder(null));
        var request = await frames.ReadSingleAsync(Marshallers.StringMarshaller, http.RequestAborted);
        await http.ReplyAsync($"{http.Request.Method} {http.Request.Path} {http.Request.ContentType} te={http.Request.Headers.TE} {request}");
    }
}
