using System.Net;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class FetchToolTests
{
    [Theory]
    [InlineData("http://localhost:1/")]
    [InlineData("http://[::1]:1/")]
    [InlineData("http://0x7f.1:1/")]
    [InlineData("http://2130706433:1/")]
    [InlineData("http://203.0.113.7:1/")]
    [InlineData("http://[3fff::1]:1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not an address")]
    public async Task Local_addresses_and_other_schemes_are_refused(string url)
    {
        using var folder = new TempWorkspace();
        using var client = Client(allowLocal: false);
        await Assert.ThrowsAsync<ToolException>(() => folder.Run(new FetchTool(client), $$"""{"url": "{{url}}"}"""));
    }

    [Fact]
    public async Task A_page_is_read_as_text_after_redirects()
    {
        using var server = new PageServer();
        using var folder = new TempWorkspace();
        using var client = Client(allowLocal: true);

        var page = await folder.Run(new FetchTool(client), $$"""{"url": "{{server.Address}}moved"}""");
        var missing = await folder.Run(new FetchTool(client), $$"""{"url": "{{server.Address}}missing"}""");
        var image = await Assert.ThrowsAsync<ToolException>(() =>
            folder.Run(new FetchTool(client), $$"""{"url": "{{server.Address}}image"}"""));
        var circle = await Assert.ThrowsAsync<ToolException>(() =>
            folder.Run(new FetchTool(client), $$"""{"url": "{{server.Address}}circle"}"""));

        Assert.Equal("Title\n\nFish & chips", page.Text);
        Assert.True(missing.IsError);
        Assert.Contains("image/png", image.Message);
        Assert.Contains("redirects too often", circle.Message);
    }

    [Theory]
    [InlineData("literal")]
    [InlineData("mapped")]
    [InlineData("named")]
    public async Task A_redirect_leads_nowhere_that_an_address_would_not(string page)
    {
        using var server = new PageServer();
        using var folder = new TempWorkspace();
        using var client = Client(allowLocal: true);

        var refusal = await Assert.ThrowsAsync<ToolException>(() =>
            folder.Run(new FetchTool(client), $$"""{"url": "{{server.Address}}{{page}}"}"""));

        Assert.Contains("is refused", refusal.Message);
    }

    private static HttpClient Client(bool allowLocal) => new(new OutgoingConnections(allowLocal).CreateHandler(TimeSpan.FromSeconds(10)));

    private sealed class PageServer : IDisposable
    {
        private readonly HttpListener _listener = new();

        public PageServer()
        {
            for (var port = Random.Shared.Next(20_000, 60_000); !_listener.IsListening; port++)
                TryStart(port);
            _ = Serve();
        }

        public string Address => _listener.Prefixes.Single();

        public void Dispose() => _listener.Close();

        private void TryStart(int port)
        {
            _listener.Prefixes.Clear();
            _listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                _listener.Start();
            }
            catch (HttpListenerException)
            {
                // Somebody has this port: the next one is tried.
            }
        }

        private async Task Serve()
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                var (status, type, body) = context.Request.Url!.AbsolutePath switch
                {
                    "/moved" or "/circle" or "/literal" or "/mapped" or "/named" => (302, "text/plain", ""),
                    "/page" => (
                        200,
                        "text/html; charset=utf-8",
                        "<head><title>x</title></head><script>bad()</script><h1>Title</h1><p>Fish &amp;   chips</p>"),
                    "/image" => (200, "image/png", "x"),
                    _ => (404, "text/plain", "nothing"),
                };
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                // HttpListener may reset a kept connection while the next request is on its way.
                context.Response.KeepAlive = false;
                context.Response.RedirectLocation = context.Request.Url!.AbsolutePath switch
                {
                    "/moved" => "/page",
                    "/circle" => "/circle",
                    "/literal" => "http://169.254.169.254/latest/meta-data/",
                    "/mapped" => "http://[::ffff:a9fe:a9fe]/latest/meta-data/",
                    "/named" => "http://metadata.google.internal./computeMetadata/v1/",
                    _ => null,
                };
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
                context.Response.Close();
            }
        }
    }
}
