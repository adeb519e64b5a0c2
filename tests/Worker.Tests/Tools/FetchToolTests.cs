using System.Net;
using Koda.Worker.Tools;
using Xunit;

namespace Koda.Worker.Tests.Tools;

public class FetchToolTests
{
    [Theory]
    [InlineData("127.0.0.1", false, false)]
    [InlineData("127.0.0.1", true, true)]
    [InlineData("10.1.2.3", false, false)]
    [InlineData("::1", false, false)]
    [InlineData("::ffff:192.168.1.1", false, false)]
    [InlineData("169.254.169.254", true, false)]
    [InlineData("fd00:ec2::254", true, false)]
    [InlineData("0.0.0.0", false, false)]
    [InlineData("93.184.216.34", false, true)]
    [InlineData("2606:2800:220:1::1", false, true)]
    public void Only_public_addresses_are_reached(string address, bool allowPrivate, bool allowed) =>
        Assert.Equal(allowed, GuardedConnection.Allows(IPAddress.Parse(address), allowPrivate));

    [Theory]
    [InlineData("http://localhost:1/")]
    [InlineData("http://[::1]:1/")]
    [InlineData("file:///etc/passwd")]
    [InlineData("not an address")]
    public async Task Local_addresses_and_other_schemes_are_refused(string url)
    {
        using var folder = new TempWorkspace();
        using var client = new HttpClient(GuardedConnection.Handler(allowPrivate: false));
        await Assert.ThrowsAsync<ToolException>(() => folder.RunAsync(new FetchTool(client), $$"""{"url": "{{url}}"}"""));
    }

    [Fact]
    public async Task A_page_is_read_as_text_after_redirects()
    {
        using var server = new PageServer();
        using var folder = new TempWorkspace();
        using var client = new HttpClient(GuardedConnection.Handler(allowPrivate: true));

        var page = await folder.RunAsync(new FetchTool(client), $$"""{"url": "{{server.Address}}moved"}""");
        var missing = await folder.RunAsync(new FetchTool(client), $$"""{"url": "{{server.Address}}missing"}""");
        var image = await Assert.ThrowsAsync<ToolException>(() => folder.RunAsync(new FetchTool(client), $$"""{"url": "{{server.Address}}image"}"""));
        var circle = await Assert.ThrowsAsync<ToolException>(() => folder.RunAsync(new FetchTool(client), $$"""{"url": "{{server.Address}}circle"}"""));

        Assert.Equal("Title\n\nFish & chips", page.Text);
        Assert.True(missing.IsError);
        Assert.Contains("image/png", image.Message);
        Assert.Contains("redirects too often", circle.Message);
    }

    private sealed class PageServer : IDisposable
    {
        private readonly HttpListener _listener = new();

        public PageServer()
        {
            for (var port = Random.Shared.Next(20_000, 60_000); !_listener.IsListening; port++)
                TryStart(port);
            _ = ServeAsync();
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

        private async Task ServeAsync()
        {
            while (_listener.IsListening)
            {
                var context = await _listener.GetContextAsync();
                var (status, type, body) = context.Request.Url!.AbsolutePath switch
                {
                    "/moved" or "/circle" => (302, "text/plain", ""),
                    "/page" => (200, "text/html; charset=utf-8", "<head><title>x</title></head><script>bad()</script><h1>Title</h1><p>Fish &amp;   chips</p>"),
                    "/image" => (200, "image/png", "x"),
                    _ => (404, "text/plain", "nothing"),
                };
                context.Response.StatusCode = status;
                context.Response.ContentType = type;
                // HttpListener may reset a kept connection while the next request is on its way.
                context.Response.KeepAlive = false;
                context.Response.RedirectLocation = status == 302 ? (context.Request.Url!.AbsolutePath == "/circle" ? "/circle" : "/page") : null;
                await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(body));
                context.Response.Close();
            }
        }
    }
}
