using Grpc.AspNetCore.Server;
using Grpc.Core.Interceptors;
using Koda.Server.Http;
using Koda.Server.Http.OpenApi;
using Koda.Server.Surfaces;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Hosting;

/// <summary>The surfaces: what is served, and the manners of it. Every service of the product is listed here once.</summary>
internal static class SurfaceServices
{
    private const int LargestMessage = 4 * 1024 * 1024;

    public static IServiceCollection AddSurfaces(this IServiceCollection services) => services
        .AddRpc()
        .AddOpenApiDocuments(SessionCookie.Name)
        .AddSingleton<IErrorMapper, EngineErrorMapper>()
        .AddSingleton<Surfaces.Input.RequestCheckInterceptor>()
        .AddSingleton<Interceptor>(services => services.GetRequiredService<Surfaces.Input.RequestCheckInterceptor>())
        .Configure<GrpcServiceOptions>(grpc =>
        {
            grpc.Interceptors.Add<Surfaces.Input.RequestCheckInterceptor>();
            grpc.MaxReceiveMessageSize = LargestMessage;
            grpc.CompressionProviders = [new BoundedGzip(LargestMessage)];
        })
        .AddServingHealth()
        .AddGrpcReflection()
        .AddSingleton<Surfaces.Runtime.TaskService>()
        .AddSingleton<Surfaces.Runtime.AgentService>()
        .AddSingleton<Surfaces.Runtime.ApprovalService>()
        .AddSingleton<Surfaces.Runtime.ArtifactService>()
        .AddSingleton<Surfaces.Runtime.ReadinessService>()
        .AddSingleton<Surfaces.Runtime.WorkerService>()
        .AddSingleton<Surfaces.ControlPlane.AgentService>().AddSingleton<Surfaces.ControlPlane.SkillService>()
        .AddSingleton<Surfaces.ControlPlane.SecretService>()
        .AddSingleton<Surfaces.ControlPlane.SystemSettingsService>()
        .AddSingleton<Surfaces.ControlPlane.OnboardingService>()
        .AddProviderSurfaces()
        .AddSingleton<Surfaces.ControlPlane.AuthService>().AddSingleton<Surfaces.ControlPlane.AuditService>()
        .AddSingleton<Surfaces.ControlPlane.EvidenceService>()
        .AddSingleton<Surfaces.ControlPlane.RunService>().AddSingleton<Surfaces.ControlPlane.InboxService>()
        .AddSingleton<Surfaces.ControlPlane.CostService>()
        .AddCodeSurface()
        .AddSingleton<Surfaces.Worker.WorkerService>();

    public static void MapSurfaces(this IEndpointRouteBuilder app)
    {
        app.MapRpcService<Surfaces.Runtime.TaskService>();
        app.MapRpcService<Surfaces.Runtime.AgentService>();
        app.MapRpcService<Surfaces.Runtime.ApprovalService>();
        app.MapRpcService<Surfaces.Runtime.ArtifactService>();
        app.MapRpcService<Surfaces.Runtime.ReadinessService>();
        app.MapRpcService<Surfaces.Runtime.WorkerService>();
        app.MapRpcService<Surfaces.ControlPlane.AgentService>();
        app.MapRpcService<Surfaces.ControlPlane.SkillService>();
        app.MapRpcService<Surfaces.ControlPlane.SecretService>();
        app.MapRpcService<Surfaces.ControlPlane.SystemSettingsService>();
        app.MapRpcService<Surfaces.ControlPlane.OnboardingService>();
        app.MapProviderSurfaces();
        app.MapRpcService<Surfaces.ControlPlane.AuthService>();
        app.MapRpcService<Surfaces.ControlPlane.AuditService>();
        app.MapRpcService<Surfaces.ControlPlane.EvidenceService>();
        app.MapRpcService<Surfaces.ControlPlane.RunService>();
        app.MapRpcService<Surfaces.ControlPlane.InboxService>();
        app.MapRpcService<Surfaces.ControlPlane.CostService>();
        app.MapCodeSurface();
        app.MapRpcService<Surfaces.Worker.WorkerService>();
        app.MapGrpcHealthChecksService();
        app.MapGrpcReflectionService();
    }
}
