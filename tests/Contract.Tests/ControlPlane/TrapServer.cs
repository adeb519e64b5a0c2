using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace Koda.Contract.Tests.ControlPlane;

/// <summary>A server that nobody should ask; it counts who does.</summary>
internal sealed class TrapServer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _requests;

    private TrapServer(WebApplication app) => _app = app;

    public string Url => _app.Urls.First();

    public int Requests => _requests;

    public static async Task<TrapServer> Start()
    {
        var app = WebApplication.CreateSlimBuilder().Build();
        var trap = new TrapServer(app);
        app.Urls.Add("http://127.0.0.1:0");
        app.Run(http =>
        {
            Interlocked.Increment(ref trap._requests);
            return http.Response.WriteAsync("{}");
        });
        await app.StartAsync();
        return trap;
    }

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();
}
