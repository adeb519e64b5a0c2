using Koda.Http.Tests.Probe;
using Xunit;

namespace Koda.Http.Tests.Grpc;

public sealed class WebTests : IAsyncLifetime
{
    private ProbeServer _server = null!;

    public async Task InitializeAsync() => _server = await ProbeServer.Start(rpc => rpc.AllowedOrigins = ["https://app.example"]);

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [Theory]
    [InlineData("https://app.example", true)]
    [InlineData("https://evil.example", false)]
    public async Task Only_allowed_origins_may_call_from_a_page(string origin, bool isAllowed)
    {
        var preflight = new HttpRequestMessage(HttpMethod.Options, Path("Unary"));
        preflight.Headers.Add("Origin", origin);
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,x-grpc-web,x-user-agent");
        using var answer = await _server.Http.SendAsync(preflight);
        Assert.Equal(isAllowed, answer.Headers.Contains("Access-Control-Allow-Origin"));

        var content = new ByteArrayContent(RawClient.Frame("x")) { Headers = { ContentType = new("application/grpc-web") } };
        var request = new HttpRequestMessage(HttpMethod.Post, Path("Unary")) { Content = content, Headers = { { "Origin", origin } } };
        using var response = await _server.Http.SendAsync(request);
        Assert.Equal(isAllowed, response.Headers.Contains("Access-Control-Expose-Headers"));
    }

    private Uri Path(string method) => new(_server.Address, "/testing.probe.v1.ProbeService/" + method);
}
