using Grpc.AspNetCore.HealthChecks;
using Koda.Server.Http;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Koda.Server.Hosting;

/// <summary>Lets gRPC's health follow the database's: in its troubles nothing serves.</summary>
internal sealed class ServingHealth(Database database) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            database.Health.Trouble is { } trouble ? HealthCheckResult.Unhealthy(trouble.Message()) : HealthCheckResult.Healthy());
}

internal static class ServingHealthExtensions
{
    // It costs nothing to look, and whoever watches wants to know soon.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromSeconds(1);

    /// <summary>Serves grpc.health.v1.Health for the server as a whole, by the empty name, and for each service.</summary>
    public static IServiceCollection AddServingHealth(this IServiceCollection services)
    {
        services.AddGrpcHealthChecks().AddCheck<ServingHealth>("database");
        services
            .AddOptions<GrpcHealthChecksOptions>()
            .Configure<MethodTable>(
                (health, methods) =>
                {
                    foreach (var service in methods.Services)
                        health.Services.Map(service.FullName, _ => true);
                });
        return services.Configure<HealthCheckPublisherOptions>(publisher =>
            (publisher.Delay, publisher.Period) = (TimeSpan.Zero, s_lookEvery));
    }
}
