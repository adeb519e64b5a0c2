using System.Text.Json;
using Koda.Testing;
using Xunit;

namespace Koda.Interop.Tests;

/// <summary>buf curl finds methods by reflection, and speaks gRPC and gRPC-Web by a runtime of its own (connect-go).</summary>
public sealed class BufCurlTests(InteropServer server, NodePackages node) : IClassFixture<InteropServer>, IClassFixture<NodePackages>
{
    private const string TestService = "grpc.testing.TestService";

    [Fact]
    public async Task Reflection_lists_the_services()
    {
        var services = await Run("grpc", "--list-services", server.Address.AbsoluteUri);
        Assert.Equal(
            ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection", "grpc.reflection.v1alpha.ServerReflection", TestService],
            services.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("grpcweb")]
    public async Task A_unary_call_is_answered(string protocol)
    {
        using var reply = JsonDocument.Parse(await Call(protocol, "UnaryCall", """{"responseSize":3}"""));
        Assert.Equal("AAAA", reply.RootElement.GetProperty("payload").GetProperty("body").GetString());
    }

    [Theory]
    [InlineData("grpc")]
    [InlineData("grpcweb")]
    public async Task A_stream_is_read_to_its_end(string protocol)
    {
        var replies = await Call(protocol, "StreamingOutputCall", """{"responseParameters":[{"size":3},{"size":6},{"size":9}]}""");
        Assert.Equal(
            ["AAAA", "AAAAAAAA", "AAAAAAAAAAAA"], replies.Split('"').Where(text => text.StartsWith("AAAA", StringComparison.Ordinal)));
    }

    private Task<string> Call(string protocol, string method, string request) =>
        Run(protocol, "--data", request, new Uri(server.Address, $"/{TestService}/{method}").AbsoluteUri);

    private Task<string> Run(string protocol, params string[] arguments) =>
        PeerProcess.Run(node.Directory, TimeSpan.FromMinutes(1), Path.Combine(node.Directory, "node_modules", ".bin", "buf"),
            ["curl", "--http2-prior-knowledge", "--protocol", protocol, .. arguments]);
}
