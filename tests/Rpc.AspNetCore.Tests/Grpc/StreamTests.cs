using Grpc.Core;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Grpc;

public sealed class StreamTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task Requests_and_replies_alternate_on_an_open_stream()
    {
        using var call = _server.Client.Chat();
        foreach (var text in new[] { "a", "b", "c" })
        {
            await call.RequestStream.WriteAsync(new ProbeRequest { Text = text });
            Assert.True(await call.ResponseStream.MoveNext());
            Assert.Equal(text, call.ResponseStream.Current.Text);
        }

        await call.RequestStream.CompleteAsync();
        Assert.False(await call.ResponseStream.MoveNext());
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Many_requests_come_in_order()
    {
        var body = Enumerable.Range(0, 500).SelectMany(i => RawClient.Frame($"{i}")).ToArray();
        var reply = await _server.Raw.SendAsync(RawClient.Request("Collect", body));
        Assert.Equal([string.Join('+', Enumerable.Range(0, 500))], reply.Texts);
    }

    [Fact]
    public async Task A_server_may_end_a_stream_that_its_caller_keeps_open()
    {
        _server.Handlers.Chat = (_, _, _) => throw new RpcException(new Status(StatusCode.ResourceExhausted, "enough"));
        using var call = _server.Client.Chat();
        var error = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext());
        Assert.Equal((StatusCode.ResourceExhausted, "enough"), (error.StatusCode, error.Status.Detail));
    }

    [Fact]
    public async Task Replies_that_may_wait_leave_with_the_next_or_with_the_end()
    {
        _server.Handlers.Watch = async (_, replies, _) =>
        {
            replies.WriteOptions = new WriteOptions(WriteFlags.BufferHint);
            await replies.WriteAsync(ProbeHandlers.Reply("a"));
            await replies.WriteAsync(ProbeHandlers.Reply("b"));
        };
        Assert.Equal(["a", "b"], (await _server.Raw.CallAsync("Watch", "x")).Texts);
    }

    [Fact]
    public async Task A_stream_without_replies_is_a_status()
    {
        _server.Handlers.Watch = (_, _, _) => Task.CompletedTask;
        var reply = await _server.Raw.CallAsync("Watch", "x");
        Assert.Empty(reply.Frames);
        Assert.Equal(0, reply.GrpcStatus);
    }

    [Fact]
    public async Task A_reply_after_the_end_of_the_call_is_refused()
    {
        IServerStreamWriter<ProbeReply>? kept = null;
        _server.Handlers.Watch = (_, replies, _) =>
        {
            kept = replies;
            return Task.CompletedTask;
        };
        await _server.Raw.CallAsync("Watch", "x");
        await Eventually.TrueAsync(() => _server.Log.Calls.Any());
        await Assert.ThrowsAnyAsync<InvalidOperationException>(() => kept!.WriteAsync(new ProbeReply()));
    }

    [Fact]
    public async Task A_slow_reader_slows_the_writer()
    {
        var written = 0;
        _server.Handlers.Watch = async (_, replies, context) =>
        {
            var reply = ProbeHandlers.Reply(new string('x', 64 * 1024));
            while (!context.CancellationToken.IsCancellationRequested)
            {
                await replies.WriteAsync(reply, context.CancellationToken);
                Interlocked.Increment(ref written);
            }
        };
        using var stop = new CancellationTokenSource();
        using var response = await _server.Raw.OpenAsync(RawClient.Request("Watch", RawClient.Frame("x")), stop.Token);
        var settled = -1;
        await Eventually.TrueAsync(() => Interlocked.Exchange(ref settled, Volatile.Read(ref written)) == Volatile.Read(ref written) && written > 0);
        Assert.InRange(written, 1, 500);
    }
}
