using Google.Rpc;
using Grpc.Core;
using Koda.Http.Tests.Probe;
using Xunit;

namespace Koda.Http.Tests.Calls;

public sealed class AuthorizationTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync() =>
        _server = await ProbeServer.Start(authorization: scopes => new CallPrincipal("1", "caller", scopes.Split(' ').ToHashSet()));

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("Guarded")]
    [InlineData("Undeclared")]
    public async Task Without_a_credential_only_anonymous_methods_are_open(string method)
    {
        var reply = await _server.Raw.Call(method, "x");
        Assert.Equal((int)StatusCode.Unauthenticated, reply.GrpcStatus);
        Assert.Equal("UNAUTHENTICATED", reply.Details.Details.Single().Unpack<ErrorInfo>().Reason);
    }

    [Fact]
    public async Task A_method_without_a_policy_takes_any_credential() =>
        Assert.Equal(0, (await _server.Raw.Call("Undeclared", "x", ("authorization", "other"))).GrpcStatus);

    [Fact]
    public async Task A_bad_credential_is_refused_with_its_reason_and_as_good_as_none_where_none_is_needed()
    {
        var refused = await _server.Raw.Call("Guarded", "x", ("authorization", "bad"));
        Assert.Equal((int)StatusCode.Unauthenticated, refused.GrpcStatus);
        Assert.Equal("The token is not valid.", refused.Details.Message);
        Assert.Equal(0, (await _server.Raw.Call("Unary", "x", ("authorization", "bad"))).GrpcStatus);
    }

    [Fact]
    public async Task A_call_is_refused_before_its_message_is_read()
    {
        var refused = await _server.Raw.Send(RawClient.Request("Guarded", RawClient.Frame([0xff, 0xff])));
        Assert.Equal((int)StatusCode.Unauthenticated, refused.GrpcStatus);
    }

    [Fact]
    public async Task Every_scope_of_the_policy_is_needed_and_the_refusal_names_them()
    {
        var refused = await _server.Raw.Call("Guarded", "x", ("authorization", "probe.read"));
        Assert.Equal((int)StatusCode.PermissionDenied, refused.GrpcStatus);
        Assert.Equal("""["probe.read","probe.write"]""", refused.Details.Details.Single().Unpack<ErrorInfo>().Metadata["scopes"]);
        Assert.Equal(0, (await _server.Raw.Call("Guarded", "x", ("authorization", "probe.read probe.write"))).GrpcStatus);
    }

    [Theory]
    [InlineData("probe.read probe.write", true)]
    [InlineData("probe.read probe.admin other", true)]
    [InlineData("probe.write probe.admin", false)]
    [InlineData("probe.read", false)]
    public async Task Of_some_scopes_one_is_enough_beside_those_that_are_needed(string scopes, bool isAdmitted) =>
        Assert.Equal(
            isAdmitted ? 0 : (int)StatusCode.PermissionDenied,
            (await _server.Raw.Call("Shared", "x", ("authorization", scopes))).GrpcStatus);

    [Fact]
    public async Task The_handler_knows_its_caller()
    {
        _server.Handlers.Unary = (_, context) => Task.FromResult(ProbeHandlers.Reply(context.GetPrincipal().Name));
        Assert.Equal(["caller"], (await _server.Raw.Call("Unary", "x", ("authorization", "other"))).Texts);
        Assert.Equal(["anonymous"], (await _server.Raw.Call("Unary", "x")).Texts);
    }

    [Fact]
    public async Task A_refused_call_does_not_reach_the_handler()
    {
        _server.Handlers.Unary = (_, _) => throw new InvalidOperationException("reached");
        Assert.Equal((int)StatusCode.Unauthenticated, (await _server.Raw.Call("Guarded", "x")).GrpcStatus);
    }
}
