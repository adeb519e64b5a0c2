using Koda.Server.Engine.Principals;
using Koda.Server.Engine.Tasks;
using Koda.Server.Http;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry.Metrics;

namespace Koda.Server.Hosting;

/// <summary>
/// The metrics as Prometheus reads them, for programs on this machine and for credentials with the scope of it. What was forwarded is from
/// elsewhere, whatever it says; who shows a credential is judged by that, wherever the call comes from.
/// </summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

    private static readonly OpenOnLoopback s_local = new(
        new CallPrincipal("local", "this machine", new HashSet<string> { Scopes.Metrics }));

    public static void MapMetrics(this WebApplication app)
    {
        if (app.Services.GetService<MeterProvider>() is not { } meters)
            return;
        var queue = app.Services.GetRequiredService<QueueGauge>();
        app.MapPrometheusScrapingEndpoint(Path, meters, metrics => metrics.Use(async (http, next) =>
            {
                await queue.Refresh(http.RequestAborted);
                await next(http);
            }), optionsName: null)
            .WithMetadata(new HttpMethodMetadata([HttpMethods.Get]), ScopeRequirement.PolicyOf([Scopes.Metrics], []), s_local);
    }
}
