using Google.Rpc;
using Grpc.Core;
using Koda.Http.Tests.Probe;
using Xunit;

namespace Koda.Http.Tests.Calls;

public sealed class IdempotencyKeyTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync()
    {
        _server = await ProbeServer.Start();
        _server.Handlers.Unary = (request, context) => Task.FromResult(ProbeHandlers.Reply(context.GetIdempotencyKey(request) ?? "none"));
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Fact]
    public async Task The_handler_gets_the_key_of_the_header()
    {
        Assert.Equal(["order-66/a"], (await _server.Raw.Call("Keyed", "x", ("idempotency-key", "order-66/a"))).Texts);
        Assert.Equal(["none"], (await _server.Raw.Call("Keyed", "x")).Texts);
    }

    [Fact]
    public async Task A_key_of_255_characters_is_the_longest()
    {
        Assert.Equal(0, (await Call(new string('k', 255))).GrpcStatus);
        Assert.Equal((int)StatusCode.InvalidArgument, (await Call(new string('k', 256))).GrpcStatus);
    }

    [Theory]
    [InlineData("two words")]
    [InlineData("")]
    public async Task Another_form_is_refused_before_the_handler(string key)
    {
        _server.Handlers.Unary = (_, _) => throw new InvalidOperationException("reached");
        var reply = await Call(key);
        Assert.Equal((int)StatusCode.InvalidArgument, reply.GrpcStatus);
        Assert.Equal("idempotency-key", reply.Details.Details[1].Unpack<BadRequest>().FieldViolations.Single().Field);
    }

    [Fact]
    public async Task A_policy_may_carry_the_key_in_the_request()
    {
        Assert.Equal("order-66/a", (await _server.Client.NamedAsync(new ProbeRequest { RequestId = "order-66/a" })).Text);
        Assert.Equal("none", (await _server.Client.NamedAsync(new ProbeRequest(), new Metadata { { "idempotency-key", "another" } })).Text);
        var refused = await Assert.ThrowsAsync<RpcException>(async () =>
            await _server.Client.NamedAsync(new ProbeRequest { RequestId = "two words" }));
        Assert.Equal("request_id", refused.GetRpcStatus()!.GetDetail<BadRequest>()!.FieldViolations.Single().Field);
    }

    private Task<RawReply> Call(string key) => _server.Raw.Call("Keyed", "x", ("idempotency-key", key));
}
