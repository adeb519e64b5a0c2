using System.Net;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Xunit;

namespace Koda.Interop.Tests;

/// <summary>Our server with the interop service, on a port of its own.</summary>
public sealed class InteropServer : IAsyncLifetime
{
    private WebApplication? _app;

    public Uri Address { get; private set; } = new("http://unset");

    public async Task InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenOnePort(new IPEndPoint(IPAddress.Loopback, 0)));
        builder.Services.AddRpc(rpc => rpc.CompressReplies = true);
        builder.Services.AddGrpcReflection();
        builder.Services.AddGrpcHealthChecks().AddCheck("always", () => HealthCheckResult.Healthy());
        _app = builder.Build();
        _app.UseRpc();
        _app.MapRpcService<InteropService>(new MethodPolicy { Anonymous = true });
        _app.MapGrpcHealthChecksService();
        _app.MapGrpcReflectionService();
        await _app.StartAsync();
        Address = new Uri(_app.Urls.First());
    }

    public async Task DisposeAsync()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
    }
}
