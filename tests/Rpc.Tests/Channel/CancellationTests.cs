using Grpc.Core;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.Tests.Channel;

public sealed class CancellationTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_deadline_ends_a_call_that_the_server_does_not_answer()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        using var call = channel.Unary(options: new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(300)));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Methods.FailureOf(call)).StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
        await server.Aborted.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_deadline_ends_a_stream_that_nobody_reads()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        using var call = channel.ServerStream(new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(300)));
        await call.ResponseHeadersAsync;
        await server.Aborted.WaitAsync(s_patience);
        Assert.Equal(StatusCode.DeadlineExceeded, call.GetStatus().StatusCode);
        Assert.Equal(StatusCode.DeadlineExceeded, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext())).StatusCode);
    }

    [Fact]
    public async Task A_write_that_the_deadline_cuts_fails_as_the_call_does()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        var request = new string('x', 30_000);
        // The deadline meets the write at another moment each time: before it, within it, and when the transport has closed the stream below it.
        for (var milliseconds = 1; milliseconds <= 40; milliseconds++)
        {
            using var call = channel.Duplex(new CallOptions(deadline: DateTime.UtcNow.AddMilliseconds(milliseconds)));
            var failure = await Assert.ThrowsAsync<RpcException>(async () =>
            {
                while (true)
                    await call.RequestStream.WriteAsync(request);
            });
            Assert.True(failure.StatusCode == StatusCode.DeadlineExceeded, $"after {milliseconds} ms: {failure}");
        }
    }

    [Fact]
    public async Task A_deadline_that_has_passed_sends_nothing()
    {
        var calls = 0;
        await using var server = await RawServer.StartAsync(http =>
        {
            calls++;
            return http.ReplyAsync("late");
        });
        using var channel = server.Connect();
        var failure = await Methods.FailureOf(channel.Unary(options: new CallOptions(deadline: DateTime.UtcNow.AddSeconds(-1))));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task The_server_is_told_the_time_that_is_left()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync(http.Request.Headers["grpc-timeout"].ToString()));
        using var channel = server.Connect();
        Assert.True(GrpcTimeout.TryParse(await channel.Unary(options: new CallOptions(deadline: DateTime.UtcNow.AddSeconds(30))), out var timeout));
        Assert.InRange(timeout, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        Assert.Equal("", await channel.Unary());
    }

    [Fact]
    public async Task A_token_cancels_a_call_and_the_server_hears_of_it()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        using var cancellation = new CancellationTokenSource();
        using var call = channel.Unary(options: new CallOptions(cancellationToken: cancellation.Token));
        await call.ResponseHeadersAsync;
        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Methods.FailureOf(call)).StatusCode);
        await server.Aborted.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_token_that_is_already_cancelled_cancels_at_once()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        using var call = channel.Unary(options: new CallOptions(cancellationToken: new CancellationToken(canceled: true)));
        Assert.Equal(StatusCode.Cancelled, (await Methods.FailureOf(call)).StatusCode);
        using var duplex = channel.Duplex(new CallOptions(cancellationToken: new CancellationToken(canceled: true)));
        var exception = await Assert.ThrowsAsync<RpcException>(() => duplex.RequestStream.WriteAsync("message"));
        Assert.Equal(StatusCode.Cancelled, exception.StatusCode);
    }

    [Fact]
    public async Task Disposing_a_stream_cancels_it_at_the_server()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        var call = channel.Duplex();
        await call.RequestStream.WriteAsync("message");
        await call.ResponseHeadersAsync;
        call.Dispose();
        await server.Aborted.WaitAsync(s_patience);
        Assert.Equal(StatusCode.Cancelled, call.GetStatus().StatusCode);
    }

    [Fact]
    public async Task Cancelling_a_read_cancels_the_call()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        using var call = channel.ServerStream();
        await call.ResponseHeadersAsync;
        using var cancellation = new CancellationTokenSource();
        var read = call.ResponseStream.MoveNext(cancellation.Token);
        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Assert.ThrowsAsync<RpcException>(() => read)).StatusCode);
        await server.Aborted.WaitAsync(s_patience);
    }

    [Fact]
    public async Task A_call_made_while_handling_another_inherits_its_deadline_and_cancellation()
    {
        await using var server = await HangingServer.StartAsync();
        using var channel = server.Connect();
        var soon = new ContextPropagationToken(DateTime.UtcNow.AddMilliseconds(300), CancellationToken.None);
        using var late = channel.Unary(options: new CallOptions(deadline: DateTime.UtcNow.AddHours(1), propagationToken: soon));
        Assert.Equal(StatusCode.DeadlineExceeded, (await Methods.FailureOf(late)).StatusCode);

        using var cancellation = new CancellationTokenSource();
        using var call = channel.Unary(options: new CallOptions(propagationToken: new ContextPropagationToken(null, cancellation.Token)));
        await cancellation.CancelAsync();
        Assert.Equal(StatusCode.Cancelled, (await Methods.FailureOf(call)).StatusCode);
    }

    [Fact]
    public async Task Disposing_a_call_that_has_ended_changes_nothing()
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync("done"));
        using var channel = server.Connect();
        var call = channel.Unary();
        Assert.Equal("done", await call);
        call.Dispose();
        Assert.Equal(StatusCode.OK, call.GetStatus().StatusCode);
    }

    /// <summary>A server that answers no call and tells when one was cancelled.</summary>
    private sealed class HangingServer : IAsyncDisposable
    {
        private readonly TaskCompletionSource _aborted = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private RawServer _server = null!;

        public Task Aborted => _aborted.Task;

        public static async Task<HangingServer> StartAsync()
        {
            var hanging = new HangingServer();
            hanging._server = await RawServer.StartAsync(hanging.HangAsync);
            return hanging;
        }

        public RpcChannel Connect() => _server.Connect();

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private async Task HangAsync(HttpContext http)
        {
            using var registration = http.RequestAborted.Register(() => _aborted.TrySetResult());
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.FlushAsync();
            await _aborted.Task;
        }
    }
}
