using Grpc.Core;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.Tests.Channel;

public sealed class StreamingCallTests
{
    [Fact]
    public async Task Streamed_responses_are_read_in_order()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync([.. Enumerable.Range(0, 5000).Select(i => $"message {i}")]));
        using var channel = server.Connect();
        using var call = channel.ServerStream();
        var index = 0;
        await foreach (var message in call.ResponseStream.ReadAllAsync())
            Assert.Equal($"message {index++}", message);
        Assert.Equal(5000, index);
        Assert.False(await call.ResponseStream.MoveNext());
    }

    [Fact]
    public async Task Streamed_requests_get_one_response()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            var frames = Requests(http);
            var texts = new List<string>();
            while (await frames.ReadAsync(Marshallers.StringMarshaller, http.RequestAborted) is { } request)
                texts.Add(request);
            await http.ReplyAsync(string.Join(' ', texts));
        });
        using var channel = server.Connect();
        using var call = channel.ClientStream();
        foreach (var text in new[] { "one", "two", "three" })
            await call.RequestStream.WriteAsync(text);
        await call.RequestStream.CompleteAsync();
        Assert.Equal("one two three", await call);
    }

    [Fact]
    public async Task Both_sides_of_a_duplex_call_take_turns()
    {
        await using var server = await RawServer.StartAsync(EchoStream);
        using var channel = server.Connect();
        using var call = channel.Duplex();
        for (var i = 0; i < 10; i++)
        {
            await call.RequestStream.WriteAsync($"ping {i}");
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal($"ping {i}", call.ResponseStream.Current);
        }
        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task The_server_hears_of_a_duplex_call_before_the_first_request()
    {
        await using var server = await RawServer.StartAsync(EchoStream);
        using var channel = server.Connect();
        using var call = channel.Duplex();
        await call.ResponseHeadersAsync.WaitAsync(TimeSpan.FromMinutes(1));
    }

    [Fact]
    public async Task An_error_ends_a_stream_after_its_messages()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await http.SendAsync("one", "two");
            http.End(StatusCode.DataLoss, "the rest is gone");
        });
        using var channel = server.Connect();
        using var call = channel.ServerStream();
        Assert.True(await call.ResponseStream.MoveNext());
        Assert.True(await call.ResponseStream.MoveNext());
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal(new Status(StatusCode.DataLoss, "the rest is gone"), exception.Status);
        Assert.Equal(exception.Status, call.GetStatus());
        Assert.Equal(StatusCode.DataLoss, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
    }

    [Fact]
    public async Task Nothing_can_be_written_after_completion()
    {
        await using var server = await RawServer.StartAsync(EchoStream);
        using var channel = server.Connect();
        using var call = channel.Duplex();
        await call.RequestStream.CompleteAsync();
        await Assert.ThrowsAsync<InvalidOperationException>(() => call.RequestStream.WriteAsync("late"));
    }

    [Fact]
    public async Task Writing_after_the_server_refused_tells_its_status()
    {
        await using var server = await RawServer.StartAsync(http =>
        {
            http.Fail(StatusCode.PermissionDenied, "no");
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        using var call = channel.ClientStream();
        Assert.Equal(StatusCode.PermissionDenied, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        var exception = await Assert.ThrowsAsync<RpcException>(() => call.RequestStream.WriteAsync("late"));
        Assert.Equal(new Status(StatusCode.PermissionDenied, "no"), exception.Status);
    }

    [Fact]
    public async Task A_slow_server_slows_the_writer()
    {
        var mayRead = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async http =>
        {
            await mayRead.Task;
            await EchoCount(http);
        });
        using var channel = server.Connect();
        using var call = channel.ClientStream();
        var message = new string('x', 100_000);
        var writing = Task.Run(async () =>
        {
            for (var i = 0; i < 100; i++)
                await call.RequestStream.WriteAsync(message);
            await call.RequestStream.CompleteAsync();
        });
        await Assert.ThrowsAsync<TimeoutException>(() => writing.WaitAsync(TimeSpan.FromMilliseconds(500)));
        mayRead.SetResult();
        await writing;
        Assert.Equal("100", await call);
    }

    private static FrameReader Requests(HttpContext http) => new(http.Request.BodyReader, new MessageDecoder(null));

    private static async Task EchoCount(HttpContext http)
    {
        var frames = Requests(http);
        var count = 0;
        while (await frames.ReadAsync(Marshallers.StringMarshaller, http.RequestAborted) is not null)
            count++;
        await http.ReplyAsync($"{count}");
    }

    private static async Task EchoStream(HttpContext http)
    {
        var frames = Requests(http);
        http.Response.ContentType = "application/grpc";
        await http.Response.Body.FlushAsync();
        while (await frames.ReadAsync(Marshallers.StringMarshaller, http.RequestAborted) is { } request)
            await http.SendAsync(request);
        http.End(StatusCode.OK);
    }
}
