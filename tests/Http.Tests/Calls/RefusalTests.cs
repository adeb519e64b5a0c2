using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Http.Tests.Probe;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Http.Tests.Calls;

/// <summary>How a call is refused by what stands before its method, who hears of it, and how it is ended from outside.</summary>
public sealed class RefusalTests : IAsyncLifetime
{
    private readonly Recorder _recorder = new();
    private ProbeServer _server = null!;
    private RpcFault? _standing;

    public async Task InitializeAsync() => _server = await ProbeServer.Start(
        services: services => services.AddSingleton<ICallRefusals>(_recorder),
        use: app => app.Use((http, next) => _standing is { } fault ? throw fault : next(http)));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_fault_before_the_method_is_the_status_of_the_call()
    {
        _standing = new RpcFault(ErrorReason.RateLimited, "Zu viele: 5 %") { RetryAfter = TimeSpan.FromSeconds(3) };
        _server.Handlers.Unary = (_, _) => throw new InvalidOperationException("reached");

        var reply = await _server.Raw.Call("Unary", "x", ("authorization", "me"));
        var call = await Assert.ThrowsAsync<RpcException>(async () => await _server.Client.UnaryAsync(new ProbeRequest()));

        Assert.Equal((int)StatusCode.ResourceExhausted, reply.GrpcStatus);
        Assert.Equal((StatusCode.ResourceExhausted, "Zu viele: 5 %"), (call.StatusCode, call.Status.Detail));
    }

    [Fact]
    public async Task A_fault_before_the_method_is_told_by_gRPC_Web_too()
    {
        _standing = new RpcFault(ErrorReason.RateLimited, "Too many.");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_server.Address, "testing.probe.v1.ProbeService/Unary"))
        {
            Content = new ByteArrayContent(RawClient.Frame("x")) { Headers = { { "content-type", "application/grpc-web+proto" } } },
        };

        using var reply = await _server.Http.SendAsync(request);

        Assert.Equal("8", reply.Headers.GetValues("grpc-status").Single());
        Assert.Equal("application/grpc-web", reply.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task Missing_credentials_are_heard_of_and_may_be_answered_otherwise()
    {
        Assert.Equal((int)StatusCode.Unauthenticated, (await _server.Raw.Call("Undeclared", "x")).GrpcStatus);
        Assert.Equal(["Unauthenticated"], _recorder.Seen);
        _recorder.Other = new RpcFault(ErrorReason.RateLimited, "Too many.");

        Assert.Equal((int)StatusCode.ResourceExhausted, (await _server.Raw.Call("Undeclared", "x")).GrpcStatus);
    }

    [Fact]
    public async Task What_a_service_refuses_for_the_credential_is_heard_of_too()
    {
        _server.Handlers.Unary = (_, _) => throw new RpcFault(ErrorReason.PermissionDenied, "Not this one.");

        Assert.Equal((int)StatusCode.PermissionDenied, (await _server.Raw.Call("Unary", "x")).GrpcStatus);
        Assert.Equal(["PermissionDenied"], _recorder.Seen);
    }

    [Fact]
    public async Task An_ended_stream_tells_its_peer_why()
    {
        var waiting = new TaskCompletionSource<RpcCall>();
        _server.Handlers.Watch = async (_, replies, context) =>
        {
            await replies.WriteAsync(ProbeHandlers.Reply("first"));
            waiting.SetResult(RpcCall.Of(context.GetHttpContext())!);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using var call = _server.Client.Watch(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext(default));

        (await waiting.Task).End(new RpcFault(ErrorReason.SessionExpired, "The session was revoked."));

        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        Assert.Equal((StatusCode.Unauthenticated, "The session was revoked."), (ended.StatusCode, ended.Status.Detail));
    }

    private sealed class Recorder : ICallRefusals
    {
        public List<string> Seen { get; } = [];

        public RpcFault? Other { get; set; }

        public ValueTask<RpcFault?> Refused(RpcCall call, CallFailure failure)
        {
            Seen.Add(failure.Status.StatusCode.ToString());
            return new(Other);
        }
    }
}
