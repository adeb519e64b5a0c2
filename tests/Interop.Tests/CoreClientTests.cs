using Koda.Testing;
using Xunit;

namespace Koda.Interop.Tests;

public sealed class CoreClientTests(InteropServer server, PythonStubs stubs) : IClassFixture<InteropServer>, IClassFixture<PythonStubs>
{
    [Theory]
    [ClassData(typeof(InteropCases))]
    public Task Our_server_passes_the_case_with_C_core(string name) =>
        PeerProcess.Run(
            stubs.Scripts, TimeSpan.FromMinutes(1), PythonStubs.Python, "client.py", server.Address.Authority, name, stubs.Directory);
}
