using System.Text.Json.Nodes;
using Google.Rpc;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Http.Tests.Probe;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Xunit;
using Status = Grpc.Core.Status;

namespace Koda.Http.Tests.Calls;

public sealed class FailureTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await ProbeServer.Start(services: services => services.AddSingleton<IErrorMapper, KeysAreAgents>());

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task A_fault_carries_its_reason_its_code_and_its_details()
    {
        var details = (await Fail(new RpcFault(ErrorReason.AgentNotFound, "No agent is called x.")
        {
            Details = new JsonObject { ["agent_id"] = "x", ["tried"] = 2 },
        })).Details;
        var info = details.Details.Single().Unpack<ErrorInfo>();
        Assert.Equal(("AGENT_NOT_FOUND", "koda"), (info.Reason, info.Domain));
        Assert.Equal(("agent.not_found", "x", "2"), (info.Metadata["code"], info.Metadata["agent_id"], info.Metadata["tried"]));
        Assert.Equal(((int)StatusCode.NotFound, "No agent is called x."), (details.Code, details.Message));
    }

    [Fact]
    public async Task A_fault_says_when_to_come_back()
    {
        var reply = await Fail(new RpcFault(ErrorReason.TaskQueueFull, "Full.") { RetryAfter = TimeSpan.FromSeconds(3) });
        Assert.Equal((int)StatusCode.ResourceExhausted, reply.GrpcStatus);
        Assert.Equal(3, reply.Details.Details[1].Unpack<RetryInfo>().RetryDelay.Seconds);
    }

    [Fact]
    public async Task An_invalid_request_names_each_field()
    {
        var reply = await Fail(
            RpcFault.Invalid(new FieldFault("name", "must not be empty"), new FieldFault("limits.cost", "must be positive")));
        var violations = reply.Details.Details[1].Unpack<BadRequest>().FieldViolations;
        Assert.Equal(["name", "limits.cost"], violations.Select(violation => violation.Field));
        Assert.Equal("The request is not valid: name must not be empty; limits.cost must be positive.", reply.GrpcMessage);
    }

    [Fact]
    public async Task Exceptions_of_the_domain_are_mapped() =>
        Assert.Equal((int)StatusCode.NotFound, (await Fail(new KeyNotFoundException("domain"))).GrpcStatus);

    [Fact]
    public async Task An_unexpected_exception_leaks_nothing_and_is_logged_under_the_request_id()
    {
        var reply = await Fail(new InvalidOperationException("password=hunter2"));
        Assert.Equal((int)StatusCode.Internal, reply.GrpcStatus);
        var logged = Assert.Single(_server.Log.Calls, entry => entry.Level == LogLevel.Error);
        Assert.Equal("password=hunter2", logged.Exception!.Message);
        var requestId = reply.GrpcMessage!.Split(' ')[^1].TrimEnd('.');
        Assert.Contains(requestId, logged.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter2", reply.GrpcMessage + reply.Details, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bare_status_is_passed_on_with_its_trailers()
    {
        var trailers = new Metadata { { "why", "because" }, { "raw-bin", [1, 2, 255] } };
        var reply = await Fail(new RpcException(new Status(StatusCode.DataLoss, "lost: 100 % ☠\n"), trailers));
        Assert.Equal(((int)StatusCode.DataLoss, "lost: 100 % ☠\n"), (reply.GrpcStatus, reply.GrpcMessage));
        Assert.Equal("because", reply.Headers["why"]);
        Assert.Equal([1, 2, 255], RawReply.FromBase64(reply.Headers["raw-bin"]));
        Assert.DoesNotContain("grpc-status-details-bin", reply.Headers.Keys);
    }

    [Fact]
    public async Task The_status_that_a_handler_sets_ends_the_call()
    {
        _server.Handlers.Unary = (_, context) =>
        {
            context.Status = new Status(StatusCode.Aborted, "set");
            return Task.FromResult(ProbeHandlers.Reply("x"));
        };
        var reply = await _server.Raw.Call("Unary", "x");
        Assert.Equal(((int)StatusCode.Aborted, "set"), (reply.GrpcStatus, reply.GrpcMessage));
    }

    [Fact]
    public async Task A_failure_before_the_first_reply_is_headers_alone() =>
        Assert.True((await Fail(new KeyNotFoundException())).IsTrailersOnly);

    [Fact]
    public async Task A_failure_after_a_reply_is_in_the_trailers()
    {
        _server.Handlers.Watch = async (_, replies, _) =>
        {
            await replies.WriteAsync(ProbeHandlers.Reply("first"));
            throw new RpcFault(ErrorReason.CursorExpired, "Gone.");
        };
        var reply = await _server.Raw.Call("Watch", "x");
        Assert.False(reply.IsTrailersOnly);
        Assert.Equal(["first"], reply.Texts);
        Assert.Equal((int)StatusCode.OutOfRange, reply.GrpcStatus);
        Assert.Equal("CURSOR_EXPIRED", reply.Details.Details.Single().Unpack<ErrorInfo>().Reason);
    }

    [Fact]
    public async Task Details_that_no_peer_would_take_are_left_out_so_that_the_status_arrives()
    {
        var reply = await Fail(
            new RpcFault(ErrorReason.AgentInvalid, new string('m', 20_000))
            {
                Details = new JsonObject { ["big"] = new string('x', 20_000) },
            });
        Assert.Equal((int)StatusCode.InvalidArgument, reply.GrpcStatus);
        Assert.Equal("agent.invalid", reply.Details.Details.Single().Unpack<ErrorInfo>().Metadata.Single().Value);
    }

    private Task<RawReply> Fail(Exception exception)
    {
        _server.Handlers.Unary = (_, _) => Task.FromException<ProbeReply>(exception);
        return _server.Raw.Call("Unary", "x");
    }

    private sealed class KeysAreAgents : IErrorMapper
    {
        public RpcFault? Map(Exception exception) =>
            exception is KeyNotFoundException ? new RpcFault(ErrorReason.AgentNotFound, "No such agent.") : null;
    }
}
