using Grpc.Core;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.Tests.Channel;

public sealed class RetryTests
{
    private static readonly RetryPolicy s_policy = new()
    {
        MaxAttempts = 4,
        InitialBackoff = TimeSpan.FromMilliseconds(5),
        MaxBackoff = TimeSpan.FromMilliseconds(20),
    };

    [Fact]
    public async Task An_unavailable_call_is_made_again_and_says_so()
    {
        await using var server = await FlakyServer.StartAsync(failures: 2);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy });
        Assert.Equal("previous attempts: 2", await channel.Unary());
        Assert.Equal(3, server.Attempts);
    }

    [Fact]
    public async Task Without_a_policy_a_call_is_made_once()
    {
        await using var server = await FlakyServer.StartAsync(failures: 1);
        using var channel = server.Connect(new RpcChannelOptions());
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
        Assert.Equal(1, server.Attempts);
    }

    [Fact]
    public async Task Retries_stop_at_the_limit_of_attempts()
    {
        await using var server = await FlakyServer.StartAsync(failures: 100);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy });
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
        Assert.Equal(4, server.Attempts);
    }

    [Fact]
    public async Task Other_failures_are_final()
    {
        await using var server = await FlakyServer.StartAsync(failures: 1, code: StatusCode.Aborted);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy });
        Assert.Equal(StatusCode.Aborted, (await Methods.FailureOf(channel.Unary())).StatusCode);
        Assert.Equal(1, server.Attempts);
    }

    [Fact]
    public async Task A_failure_after_response_headers_is_final()
    {
        var attempts = 0;
        await using var server = await RawServer.StartAsync(async http =>
        {
            attempts++;
            http.Response.ContentType = "application/grpc";
            await http.Response.Body.FlushAsync();
            http.End(StatusCode.Unavailable);
        });
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy });
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
        Assert.Equal(1, attempts);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("soon")]
    public async Task A_server_may_forbid_retries(string pushback)
    {
        await using var server = await FlakyServer.StartAsync(failures: 1, pushback: pushback);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy });
        await Methods.FailureOf(channel.Unary());
        Assert.Equal(1, server.Attempts);
    }

    [Fact]
    public async Task A_server_may_choose_the_wait()
    {
        await using var server = await FlakyServer.StartAsync(failures: 1, pushback: "1");
        var policy = new RetryPolicy { InitialBackoff = TimeSpan.FromHours(1), MaxBackoff = TimeSpan.FromHours(1) };
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = policy });
        Assert.Equal("previous attempts: 1", await channel.Unary().ResponseAsync.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_deadline_ends_the_wait_for_a_retry()
    {
        await using var server = await FlakyServer.StartAsync(failures: 1);
        var policy = new RetryPolicy { InitialBackoff = TimeSpan.FromHours(1), MaxBackoff = TimeSpan.FromHours(1) };
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = policy });
        var failure = await Methods.FailureOf(channel.Unary(options: new CallOptions(deadline: DateTime.UtcNow.AddSeconds(1))));
        Assert.Equal(StatusCode.DeadlineExceeded, failure.StatusCode);
    }

    [Fact]
    public async Task Retries_stop_while_half_of_the_tokens_are_gone()
    {
        await using var server = await FlakyServer.StartAsync(failures: 100);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy, RetryThrottling = new RetryThrottlingPolicy(4, 1) });
        await Methods.FailureOf(channel.Unary());
        Assert.Equal(2, server.Attempts);
        await Methods.FailureOf(channel.Unary());
        Assert.Equal(3, server.Attempts);
    }

    [Fact]
    public async Task Streamed_requests_are_sent_again()
    {
        await using var server = await FlakyServer.StartAsync(failures: 2);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy });
        using var call = channel.ClientStream();
        await call.RequestStream.WriteAsync("one");
        await call.RequestStream.WriteAsync("two");
        await call.RequestStream.CompleteAsync();
        Assert.Equal("previous attempts: 2, requests: one two", await call);
    }

    [Fact]
    public async Task A_request_stream_over_the_buffer_limit_is_not_sent_again()
    {
        await using var server = await FlakyServer.StartAsync(failures: 1);
        using var channel = server.Connect(new RpcChannelOptions { RetryPolicy = s_policy, MaxRetryBufferPerCallSize = 10 });
        using var call = channel.ClientStream();
        await call.RequestStream.WriteAsync("more than ten bytes");
        await call.RequestStream.CompleteAsync();
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseAsync)).StatusCode);
        Assert.Equal(1, server.Attempts);
    }

    /// <summary>A server that refuses its first calls.</summary>
    private sealed class FlakyServer : IAsyncDisposable
    {
        private RawServer _server = null!;
        private int _attempts;

        public int Attempts => _attempts;

        public static async Task<FlakyServer> StartAsync(int failures, StatusCode code = StatusCode.Unavailable, string? pushback = null)
        {
            var flaky = new FlakyServer();
            flaky._server = await RawServer.StartAsync(async http =>
            {
                var requests = await ReadAsync(http);
                if (Interlocked.Increment(ref flaky._attempts) > failures)
                {
                    var attempts = $"previous attempts: {http.Request.Headers["grpc-previous-rpc-attempts"]}";
                    await http.ReplyAsync(http.Request.Path == "/test.Echo/Unary" ? attempts : $"{attempts}, requests: {requests}");
                    return;
                }
                http.Fail(code);
                if (pushback is not null)
                    http.Response.Headers["grpc-retry-pushback-ms"] = pushback;
            });
            return flaky;
        }

        public RpcChannel Connect(RpcChannelOptions options) => _server.Connect(options);

        public ValueTask DisposeAsync() => _server.DisposeAsync();

        private static async Task<string> ReadAsync(HttpContext http)
        {
            var frames = new FrameReader(http.Request.BodyReader, new MessageDecoder(null));
            var texts = new List<string>();
            while (await frames.ReadAsync(Marshallers.StringMarshaller, http.RequestAborted) is { } text)
                texts.Add(text);
            return string.Join(' ', texts);
        }
    }
}
