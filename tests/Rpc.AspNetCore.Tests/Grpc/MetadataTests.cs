using Grpc.Core;
using Koda.Rpc.AspNetCore.Tests.Probe;
using Xunit;

namespace Koda.Rpc.AspNetCore.Tests.Grpc;

public sealed class MetadataTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("AQI", new[] { "0102" })]
    [InlineData("AQI=", new[] { "0102" })]
    [InlineData("AQI=,AwQ", new[] { "0102", "0304" })]
    public async Task Binary_metadata_is_read_padded_or_not_and_joined_or_not(string header, string[] expected)
    {
        IEnumerable<string> seen = [];
        _server.Handlers.Unary = (_, context) =>
        {
            seen = context.RequestHeaders.Where(entry => entry.Key == "raw-bin").Select(entry => Convert.ToHexString(entry.ValueBytes)).ToArray();
            return Task.FromResult(new ProbeReply());
        };
        await _server.Raw.CallAsync("Unary", "x", ("raw-bin", header));
        Assert.Equal(expected, seen);
    }

    [Fact]
    public async Task Headers_of_the_transport_are_no_metadata()
    {
        IEnumerable<string> seen = [];
        _server.Handlers.Unary = (_, context) =>
        {
            seen = context.RequestHeaders.Select(entry => entry.Key).ToArray();
            return Task.FromResult(new ProbeReply());
        };
        await _server.Raw.CallAsync("Unary", "x", ("grpc-timeout", "1M"), ("mine", "1"));
        Assert.Equal(["mine"], seen);
    }

    [Fact]
    public async Task Response_headers_go_out_before_the_first_reply()
    {
        _server.Handlers.Unary = async (_, context) =>
        {
            await context.WriteResponseHeadersAsync(new Metadata { { "early", "yes" }, { "early-bin", [1, 2] } });
            throw new RpcException(new Status(StatusCode.Aborted, "after the headers"));
        };
        var reply = await _server.Raw.CallAsync("Unary", "x");
        Assert.Equal(("yes", "AQI"), (reply.Headers["early"], reply.Headers["early-bin"]));
        Assert.False(reply.IsTrailersOnly);
        Assert.Equal((int)StatusCode.Aborted, reply.GrpcStatus);
    }

    [Fact]
    public async Task Trailers_come_with_a_success_too()
    {
        _server.Handlers.Unary = (_, context) =>
        {
            context.ResponseTrailers.Add("cost", "3");
            return Task.FromResult(new ProbeReply());
        };
        Assert.Equal("3", (await _server.Raw.CallAsync("Unary", "x")).Trailers["cost"]);
    }

    [Fact]
    public async Task The_call_knows_its_method_host_and_peer()
    {
        _server.Handlers.Unary = (_, context) => Task.FromResult(ProbeHandlers.Reply($"{context.Method} {context.Host} {context.Peer}"));
        var parts = (await _server.Raw.CallAsync("Unary", "x")).Texts.Single().Split(' ');
        Assert.Equal("/testing.probe.v1.ProbeService/Unary", parts[0]);
        Assert.Equal(_server.Address.Authority, parts[1]);
        Assert.StartsWith("ipv4:127.0.0.1:", parts[2], StringComparison.Ordinal);
    }
}
