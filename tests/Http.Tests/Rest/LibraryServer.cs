using Koda.Http.Tests.Probe;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Koda.Http.Tests.Rest;

/// <summary>The library on a real server at a free port.</summary>
internal sealed class LibraryServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private LibraryServer(WebApplication app, LibraryScript script)
    {
        _app = app;
        Script = script;
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public HttpClient Http { get; }

    public LibraryScript Script { get; }

    public Uri Address => Http.BaseAddress!;

    public static async Task<LibraryServer> Start(Action<IServiceCollection>? configure = null, Action<WebApplication>? use = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var script = new LibraryScript();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddRpc().AddSingleton(script).AddSingleton<IDialect, LoudDialect>();
        NamedCaller.Add(builder.Services, CallerOf);
        configure?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseRpc();
        use?.Invoke(app);
        app.UseAuthentication().UseAuthorization();
        app.MapRpcService<LibraryService>();
        app.MapRpcService<LoudService>();
        app.MapGet("/elsewhere", () => "served by another endpoint");
        await app.StartAsync();
        return new LibraryServer(app, script);
    }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public async Task Stop() => await _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }

    /// <summary>`Bearer anna` is Anna, who may write books when her name says so.</summary>
    private static CallPrincipal CallerOf(string authorization)
    {
        var name = authorization.Replace("Bearer ", "", StringComparison.Ordinal);
        return new CallPrincipal(name, name, new HashSet<string> { name == "writer" ? "books.write" : "books.read" });
    }
}
