using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Calls;

/// <summary>What guards see of a call, what they can refuse, and how a call is ended from outside.</summary>
public sealed class GuardTests : IAsyncLifetime
{
    private readonly RecordingGuard _guard = new();
    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.StartAsync(
        services: services => services.AddSingleton<ICallGuard>(_guard).AddSingleton<ICallAuthenticator, AnyTokenIsACaller>());

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_guard_sees_a_call_before_and_after_its_caller_is_known()
    {
        await _server.Raw.CallAsync("Undeclared", "x", ("authorization", "me"));

        Assert.Equal(["arrived anonymous", "admitted me"], _guard.Seen);
    }

    [Fact]
    public async Task A_guard_that_refuses_keeps_a_call_from_the_authenticator_and_the_handler()
    {
        _guard.Refusal = new RpcFault(ErrorReason.RateLimited, "Too many.");

        var reply = await _server.Raw.CallAsync("Unary", "x", ("authorization", "me"));

        Assert.Equal((int)StatusCode.ResourceExhausted, reply.GrpcStatus);
        Assert.Equal(["arrived anonymous"], _guard.Seen);
    }

    [Fact]
    public async Task A_guard_hears_of_missing_credentials_and_may_answer_otherwise()
    {
        Assert.Equal((int)StatusCode.Unauthenticated, (await _server.Raw.CallAsync("Undeclared", "x")).GrpcStatus);
        Assert.Equal(["arrived anonymous", "refused Unauthenticated"], _guard.Seen);
        _guard.OtherFault = new RpcFault(ErrorReason.RateLimited, "Too many.");

        Assert.Equal((int)StatusCode.ResourceExhausted, (await _server.Raw.CallAsync("Undeclared", "x")).GrpcStatus);
    }

    [Fact]
    public async Task An_ended_stream_tells_its_peer_why()
    {
        var waiting = new TaskCompletionSource<RpcCallContext>();
        _server.Handlers.Watch = async (_, replies, context) =>
        {
            await replies.WriteAsync(ProbeHandlers.Reply("first"));
            waiting.SetResult((RpcCallContext)context);
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
        };
        using var call = _server.Client.Watch(new ProbeRequest());
        Assert.True(await call.ResponseStream.MoveNext(default));

        (await waiting.Task).End(new RpcFault(ErrorReason.SessionExpired, "The session was revoked."));

        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(default));
        Assert.Equal((StatusCode.Unauthenticated, "The session was revoked."), (ended.StatusCode, ended.Status.Detail));
    }

    private sealed class RecordingGuard : ICallGuard
    {
        public List<string> Seen { get; } = [];

        public RpcFault? Refusal { get; set; }

        public RpcFault? OtherFault { get; set; }

        public ValueTask ArrivedAsync(RpcCallContext context)
        {
            Seen.Add($"arrived {context.Principal.Name}");
            return Refusal is null ? ValueTask.CompletedTask : throw Refusal;
        }

        public ValueTask AdmittedAsync(RpcCallContext context)
        {
            Seen.Add($"admitted {context.Principal.Name}");
            return ValueTask.CompletedTask;
        }

        public ValueTask<RpcFault?> RefusedAsync(RpcCallContext context, CallFailure failure)
        {
            Seen.Add($"refused {failure.Status.StatusCode}");
            return new(OtherFault);
        }
    }

    private sealed class AnyTokenIsACaller : ICallAuthenticator
    {
        public ValueTask<CallPrincipal?> AuthenticateAsync(HttpContext http, RpcMethod method, CancellationToken cancellationToken) =>
            new(http.Request.Headers.Authorization.ToString() is { Length: > 0 } name ? new CallPrincipal(name, name, new HashSet<string>()) : null);
    }
}
