using System.Net;
using System.Net.Sockets;
using Grpc.Core;
using Koda.Rpc.Tests.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Rpc.Tests.Channel;

public sealed class FailureTests
{
    [Theory]
    [InlineData(401, StatusCode.Unauthenticated)]
    [InlineData(404, StatusCode.Unimplemented)]
    [InlineData(503, StatusCode.Unavailable)]
    [InlineData(500, StatusCode.Unknown)]
    public Task An_http_error_becomes_the_status_that_grpc_prescribes(int httpStatus, StatusCode code) =>
        ExpectAsync(code, http => http.Response.StatusCode = httpStatus);

    [Fact]
    public Task A_grpc_status_counts_more_than_an_http_error() => ExpectAsync(StatusCode.NotFound, http =>
    {
        http.Response.StatusCode = 500;
        http.Fail(StatusCode.NotFound);
    });

    [Theory]
    [InlineData("text/html")]
    [InlineData("application/grpc-web")]
    [InlineData("application/json")]
    [InlineData(null)]
    public Task Another_content_type_is_an_unknown_error(string? contentType) =>
        ExpectAsync(StatusCode.Unknown, http => http.Response.ContentType = contentType);

    [Theory]
    [InlineData("application/grpc+proto")]
    [InlineData("application/grpc;charset=utf-8")]
    public async Task Every_form_of_the_grpc_content_type_is_accepted(string contentType)
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            http.Response.ContentType = contentType;
            await http.Response.BodyWriter.WriteAsync(Frames.Encode("ok"));
            http.End(StatusCode.OK);
        });
        using var channel = server.Connect();
        Assert.Equal("ok", await channel.Unary());
    }

    [Fact]
    public Task A_reply_without_a_status_is_an_unknown_error() =>
        ExpectAsync(StatusCode.Unknown, http => http.Response.ContentType = "application/grpc");

    [Theory]
    [InlineData("999")]
    [InlineData("-1")]
    [InlineData("ok")]
    public Task A_status_that_does_not_exist_is_an_unknown_error(string status) => ExpectAsync(StatusCode.Unknown, http =>
    {
        http.Response.ContentType = "application/grpc";
        http.Response.Headers["grpc-status"] = status;
    });

    [Fact]
    public async Task A_reply_of_headers_only_carries_status_message_and_trailers()
    {
        await using var server = await RawServer.StartAsync(http =>
        {
            http.Fail(StatusCode.NotFound, "caf%C3%A9 100%25");
            http.Response.Headers["reason"] = "closed";
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        using var call = channel.Unary();
        var exception = await Methods.FailureOf(call);
        Assert.Equal(new Status(StatusCode.NotFound, "café 100%"), exception.Status);
        Assert.Equal("closed", exception.Trailers.GetValue("reason"));
        Assert.Equal(exception.Status, call.GetStatus());
        Assert.Equal("closed", call.GetTrailers().GetValue("reason"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public async Task An_ok_unary_reply_with_another_number_of_messages_is_an_internal_error(int count)
    {
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync([.. Enumerable.Repeat("message", count)]));
        using var channel = server.Connect();
        Assert.Equal(StatusCode.Internal, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public async Task An_error_after_the_message_of_a_unary_call_is_its_status()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await http.SendAsync("message");
            http.End(StatusCode.Aborted, "changed my mind");
        });
        using var channel = server.Connect();
        Assert.Equal(new Status(StatusCode.Aborted, "changed my mind"), (await Methods.FailureOf(channel.Unary())).Status);
    }

    [Theory]
    [InlineData(0x1, StatusCode.Internal)]
    [InlineData(0x8, StatusCode.Cancelled)]
    [InlineData(0xb, StatusCode.ResourceExhausted)]
    [InlineData(0xc, StatusCode.PermissionDenied)]
    public async Task A_reset_of_the_stream_maps_by_its_code(int errorCode, StatusCode code)
    {
        await using var server = await RawServer.StartAsync(http => Reset(http, errorCode));
        using var channel = server.Connect();
        Assert.Equal(code, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public async Task A_reset_within_the_responses_maps_by_its_code()
    {
        await using var server = await RawServer.StartAsync(async http =>
        {
            await http.SendAsync("first");
            await Reset(http, 0xb);
        });
        using var channel = server.Connect();
        using var call = channel.ServerStream();
        var exception = await Assert.ThrowsAsync<RpcException>(async () =>
        {
            while (await call.ResponseStream.MoveNext())
                Assert.Equal("first", call.ResponseStream.Current);
        });
        Assert.Equal(StatusCode.ResourceExhausted, exception.StatusCode);
    }

    [Fact]
    public async Task A_refused_connection_is_unavailable()
    {
        using var channel = RpcChannel.ForAddress($"http://127.0.0.1:{FreePort()}");
        using var call = channel.Unary();
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(call)).StatusCode);
        Assert.Equal(StatusCode.Unavailable, (await Assert.ThrowsAsync<RpcException>(() => call.ResponseHeadersAsync)).StatusCode);
    }

    [Fact]
    public async Task A_connection_that_is_not_made_in_time_is_unavailable_and_says_so()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var options = new RpcChannelOptions { ConnectTimeout = TimeSpan.FromMilliseconds(100) };
        using var channel = RpcChannel.ForAddress($"https://{silent.LocalEndpoint}", options);

        var failure = await Methods.FailureOf(channel.Unary());

        Assert.Equal(StatusCode.Unavailable, failure.StatusCode);
        Assert.Contains("could not be established", failure.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_within_a_call_is_unavailable()
    {
        await using var server = await RawServer.StartAsync(http =>
        {
            http.Features.GetRequiredFeature<Microsoft.AspNetCore.Connections.Features.IConnectionLifetimeFeature>().Abort();
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public async Task A_server_that_comes_back_is_reached_again()
    {
        var port = FreePort();
        using var channel = RpcChannel.ForAddress($"http://127.0.0.1:{port}");
        for (var restart = 0; restart < 2; restart++)
        {
            await using (await RawServer.StartAsync(http => http.ReplyAsync("here"), port))
                Assert.Equal("here", await channel.Unary());
            Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
        }
    }

    [Fact]
    public async Task A_call_that_waits_for_a_connection_is_answered_when_the_server_comes()
    {
        var port = FreePort();
        using var channel = RpcChannel.ForAddress($"http://127.0.0.1:{port}");
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
        using var waiting = channel.Unary(options: new CallOptions().WithWaitForReady());
        Assert.False(waiting.ResponseAsync.IsCompleted);
        await using var server = await RawServer.StartAsync(http => http.ReplyAsync("here"), port);
        Assert.Equal("here", await waiting.ResponseAsync.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task A_refusal_before_the_whole_request_was_read_is_the_status()
    {
        await using var server = await RawServer.StartAsync(http =>
        {
            http.Fail(StatusCode.PermissionDenied, "no");
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        Assert.Equal(StatusCode.PermissionDenied, (await Methods.FailureOf(channel.Unary(new string('x', 20_000_000)))).StatusCode);
    }

    [Fact]
    public async Task A_server_that_says_goodbye_finishes_its_calls_first()
    {
        var begun = new TaskCompletionSource();
        var mayAnswer = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(async http =>
        {
            begun.SetResult();
            await mayAnswer.Task;
            await http.ReplyAsync("last words");
        });
        using var channel = server.Connect();
        using var call = channel.Unary();
        await begun.Task;
        var stopping = server.StopAsync();
        mayAnswer.SetResult();
        Assert.Equal("last words", await call);
        await stopping;
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(channel.Unary())).StatusCode);
    }

    [Fact]
    public async Task A_server_that_vanished_is_noticed_by_pings()
    {
        var begun = new TaskCompletionSource();
        await using var server = await RawServer.StartAsync(http =>
        {
            begun.SetResult();
            return Task.Delay(Timeout.Infinite, http.RequestAborted);
        });
        await using var proxy = new FreezingProxy(new Uri(server.Address));
        using var channel = RpcChannel.ForAddress(proxy.Address, new RpcChannelOptions
        {
            KeepAlivePingDelay = TimeSpan.FromSeconds(1),
            KeepAlivePingTimeout = TimeSpan.FromSeconds(1),
        });
        using var call = channel.Unary();
        await begun.Task;
        proxy.Freeze();
        Assert.Equal(StatusCode.Unavailable, (await Methods.FailureOf(call).WaitAsync(TimeSpan.FromMinutes(1))).StatusCode);
    }

    [Fact]
    public async Task Calls_end_with_their_channel()
    {
        await using var server = await RawServer.StartAsync(http => Task.Delay(Timeout.Infinite, http.RequestAborted));
        var channel = server.Connect();
        using var call = channel.Unary();
        await channel.ShutdownAsync();
        Assert.Equal(StatusCode.Cancelled, (await Methods.FailureOf(call)).StatusCode);
        Assert.Throws<ObjectDisposedException>(() => channel.Unary());
    }

    private static async Task ExpectAsync(StatusCode code, Action<HttpContext> answer)
    {
        await using var server = await RawServer.StartAsync(http =>
        {
            answer(http);
            return Task.CompletedTask;
        });
        using var channel = server.Connect();
        Assert.Equal(code, (await Methods.FailureOf(channel.Unary())).StatusCode);
        using var stream = channel.ServerStream();
        Assert.Equal(code, (await Assert.ThrowsAsync<RpcException>(() => stream.ResponseStream.MoveNext())).StatusCode);
    }

    private static Task Reset(HttpContext http, int errorCode)
    {
        http.Features.GetRequiredFeature<IHttpResetFeature>().Reset(errorCode);
        return Task.CompletedTask;
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
