using Grpc.Core;
using Koda.Client;
using Koda.Protos.Common.V1;
using Wire = Koda.Protos.Runtime.V1;
using Koda.Testing.Hosting;
using Xunit;

namespace Koda.Contract.Tests.Runtime;

/// <summary>The same refusals by gRPC: a status, and one reason of the catalogue.</summary>
public sealed class GrpcRefusalTests(KodaFixture koda) : IClassFixture<KodaFixture>
{
    private const string Nobody = "tsk_00000000000000000000000000";

    private KodaClient Client => koda.Host.Client;

    [Fact]
    public Task An_unknown_agent() =>
        IsRefused(
            () => Client.Tasks.SubmitAsync(new() { AgentId = "nobody", Query = "x" }),
            StatusCode.NotFound,
            ErrorReason.AgentNotFound,
            "agent.not_found");

    [Fact]
    public Task An_unknown_task() =>
        IsRefused(() => Client.Tasks.GetTraceAsync(Nobody), StatusCode.NotFound, ErrorReason.TaskNotFound, "task.not_found");

    [Fact]
    public Task An_unknown_approval() =>
        IsRefused(() => Client.Approvals.GetAsync("apr_x"), StatusCode.NotFound, ErrorReason.ApprovalNotFound, "approval.not_found");

    [Fact]
    public async Task Fields_at_fault_are_all_named()
    {
        var fault = await IsRefused(
            () => Client.Tasks.SubmitAsync(new() { Priority = 1000 }),
            StatusCode.InvalidArgument,
            ErrorReason.InvalidRequest,
            "request.invalid");

        Assert.Equal(["agent_id", "priority", "query"], fault.Fields.Select(field => field.Field).Order());
    }

    [Fact]
    public Task A_cursor_that_nobody_gave() => IsRefused(
        async () => await Client.Tasks.ListAsync(new() { Cursor = "nonsense" }).GetAsyncEnumerator().MoveNextAsync(),
        StatusCode.InvalidArgument, ErrorReason.InvalidCursor, "cursor.invalid");

    [Fact]
    public async Task A_state_that_does_not_allow_it()
    {
        var task = await koda.Host.Submit();

        await IsRefused(
            () => Client.Tasks.ResumeAsync(task), StatusCode.FailedPrecondition, ErrorReason.TaskStateConflict, "task.state_conflict");
    }

    [Fact]
    public async Task Another_request_with_the_same_key()
    {
        await Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "one" }, "grpc-key");

        await IsRefused(
            () => Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = "two" }, "grpc-key"),
            StatusCode.AlreadyExists, ErrorReason.IdempotencyConflict, "idempotency.conflict");
    }

    [Theory]
    [InlineData(null)]
    [InlineData("foreign")]
    public async Task No_valid_token(string? token)
    {
        await using var client = koda.Host.ClientWith(token);

        await IsRefused(
            () => client.Agents.GetAsync("atlas"), StatusCode.Unauthenticated, ErrorReason.Unauthenticated, "auth.unauthenticated");
    }

    [Fact]
    public async Task A_token_without_the_scope()
    {
        await using var client = koda.Host.ClientWith(koda.Host.WorkerToken);

        var fault = await IsRefused(
            () => client.Agents.GetAsync("atlas"), StatusCode.PermissionDenied, ErrorReason.PermissionDenied, "auth.forbidden");

        Assert.Contains("runtime.read", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public Task A_definition_with_faults() =>
        IsRefused(
            () => Client.Agents.ApplyAsync("reviewer", new() { Tools = { "teleport" } }),
            StatusCode.InvalidArgument,
            ErrorReason.AgentInvalid,
            "agent.invalid");

    [Fact]
    public Task A_message_above_the_limit() => IsRefused(
        () => Client.Tasks.SubmitAsync(new() { AgentId = "atlas", Query = new string('a', 5 * 1024 * 1024) }),
        StatusCode.ResourceExhausted, ErrorReason.PayloadTooLarge, "request.too_large");

    [Fact]
    public async Task An_unknown_method_is_unimplemented()
    {
        var marshaller = Marshallers.Create<Wire.GetTaskRequest>(_ => [], _ => new Wire.GetTaskRequest());
        var method = new Method<Wire.GetTaskRequest, Wire.GetTaskRequest>(
            MethodType.Unary, "koda.runtime.v1.TaskService", "Teleport", marshaller, marshaller);

        var fault = await Assert.ThrowsAsync<RpcException>(
            async () => await Client.CallInvoker.AsyncUnaryCall(method, null, default, new Wire.GetTaskRequest()));

        Assert.Equal(StatusCode.Unimplemented, fault.StatusCode);
    }

    private static async Task<KodaException> IsRefused(Func<Task> call, StatusCode status, ErrorReason reason, string code)
    {
        var fault = await Assert.ThrowsAsync<KodaException>(call);
        Assert.Equal((status, reason, code), (fault.Status, fault.Reason, fault.Code));
        Assert.NotEqual("", fault.Message);
        return fault;
    }
}
