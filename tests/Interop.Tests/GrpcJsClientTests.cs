using Koda.Testing;
using Xunit;

namespace Koda.Interop.Tests;

public sealed class GrpcJsClientTests(InteropServer server, NodePackages node) : IClassFixture<InteropServer>, IClassFixture<NodePackages>
{
    [Theory]
    [ClassData(typeof(InteropCases))]
    public Task Our_server_passes_the_case_with_grpc_js(string name) =>
        PeerProcess.Run(node.Directory, TimeSpan.FromMinutes(1), "node", "client.mjs", server.Address.Authority, name, node.Protos);
}
