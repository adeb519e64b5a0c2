using Grpc.Net.Client;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Koda.Http.Tests.Probe;

/// <summary>A server with the probe service, health and reflection, on a port of its own.</summary>
internal sealed class ProbeServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ProbeServer(WebApplication app)
    {
        _app = app;
        Raw = new RawClient(Address);
        Channel = GrpcChannel.ForAddress(Address);
    }

    public RawClient Raw { get; }

    public GrpcChannel Channel { get; }

    /// <summary>An ordinary HTTP/1.1 client.</summary>
    public HttpClient Http { get; } = new();

    public ProbeService.ProbeServiceClient Client => new(Channel);

    public ProbeHandlers Handlers => Services.GetRequiredService<ProbeHandlers>();

    public LogRecorder Log => Services.GetRequiredService<LogRecorder>();

    public IServiceProvider Services => _app.Services;

    public Uri Address => new(_app.Urls.First());

    public static async Task<ProbeServer> Start(
        Action<RpcOptions>? options = null,
        Func<string, CallPrincipal>? authorization = null,
        Action<IServiceCollection>? services = null,
        Action<KestrelServerOptions>? kestrel = null,
        Action<WebApplication>? map = null,
        Action<WebApplication>? use = null)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel ?? (server => server.ListenOnePort(new IPEndPoint(IPAddress.Loopback, 0))));
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Debug);
        builder.Services.AddSingleton<LogRecorder>().AddSingleton<ILoggerProvider>(provider => provider.GetRequiredService<LogRecorder>());
        builder.Services.AddSingleton<ProbeHandlers>();
        builder.Services.AddRpc(options);
        NamedCaller.Add(builder.Services, authorization ?? (name => new CallPrincipal(name, name, new HashSet<string>())));
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.UseRpc();
        use?.Invoke(app);
        app.UseAuthentication().UseAuthorization();
        app.MapRpcService<ProbeServiceImplementation>();
        map?.Invoke(app);
        app.MapGet("/plain", () => "plain");
        await app.StartAsync();
        return new ProbeServer(app);
    }

    public Task Stop() => _app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Raw.Dispose();
        Channel.Dispose();
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
