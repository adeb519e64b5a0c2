using Xunit;

namespace Koda.Interop.Tests;

public sealed class GrpcJsServerTests(GrpcJsServerTests.Server server) : IClassFixture<GrpcJsServerTests.Server>
{
    /// <summary>All cases but the two in which the server compresses: grpc-js cannot, C-core plays them.</summary>
    public static TheoryData<string> Cases { get; } =
    [
        .. new InteropCases()
            .AsEnumerable<object[]>()
            .Select(row => (string)row[0])
            .Where(name => !name.StartsWith("server_compressed", StringComparison.Ordinal)),
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Our_client_passes_the_case_with_grpc_js(string name)
    {
        using var cases = new ClientCases(server.Address, serverChecksCompression: false);
        await cases.Run(name).WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>grpc-js with the interop service.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly NodePackages _node = new();
        private PeerServer? _server;

        public Uri Address => _server!.Address;

        public async Task InitializeAsync()
        {
            await _node.InitializeAsync();
            _server = await PeerServer.Start(_node.Directory, "node", "server.mjs", _node.Protos);
        }

        public Task DisposeAsync() => _server?.DisposeAsync().AsTask() ?? Task.CompletedTask;
    }
}
