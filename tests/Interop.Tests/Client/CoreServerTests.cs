using Xunit;

namespace Koda.Interop.Tests;

public sealed class CoreServerTests(CoreServerTests.Server server) : IClassFixture<CoreServerTests.Server>
{
    [Theory]
    [ClassData(typeof(InteropCases))]
    public async Task Our_client_passes_the_case_with_C_core(string name)
    {
        using var cases = new ClientCases(server.Address, serverChecksCompression: false);
        await cases.Run(name).WaitAsync(TimeSpan.FromMinutes(1));
    }

    /// <summary>C-core with the interop service in python.</summary>
    public sealed class Server : IAsyncLifetime
    {
        private readonly PythonStubs _stubs = new();
        private PeerServer? _server;

        public Uri Address => _server!.Address;

        public async Task InitializeAsync()
        {
            await _stubs.InitializeAsync();
            _server = await PeerServer.Start(_stubs.Scripts, PythonStubs.Python, "server.py", _stubs.Directory);
        }

        public async Task DisposeAsync()
        {
            if (_server is not null)
                await _server.DisposeAsync();
            await _stubs.DisposeAsync();
        }
    }
}
