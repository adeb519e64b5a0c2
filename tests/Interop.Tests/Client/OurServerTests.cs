using Xunit;

namespace Koda.Interop.Tests;

public sealed class OurServerTests(InteropServer server) : IClassFixture<InteropServer>
{
    [Theory]
    [ClassData(typeof(InteropCases))]
    public async Task Our_client_passes_the_case_with_our_server(string name)
    {
        using var cases = new ClientCases(server.Address, serverChecksCompression: true);
        await cases.Run(name).WaitAsync(TimeSpan.FromMinutes(1));
    }
}
