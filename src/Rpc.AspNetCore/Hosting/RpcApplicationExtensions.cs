using System.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Protos.Common.V1;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using ServiceDescriptor = Google.Protobuf.Reflection.ServiceDescriptor;

namespace Koda.Rpc.AspNetCore;

public static class RpcApplicationExtensions
{
    private static readonly string[] ExposedHeaders =
        [WireNames.Status, WireNames.Message, WireNames.StatusDetails, WireNames.Encoding, "Retry-After"];

    /// <summary>Serves a service on every face that its contract declares.</summary>
    /// <typeparam name="TService">
    /// The implementation, derived from the generated base. Each call takes it from its own scope, or makes one if it is not registered.
    /// </typeparam>
    /// <param name="app">The application.</param>
    /// <param name="defaultPolicy">The policy of methods that declare none; by default such a method needs a credential.</param>
    /// <exception cref="InvalidOperationException">The type is not a generated service's implementation, or the service is mapped already.</exception>
    public static void MapRpcService<TService>(this IEndpointRouteBuilder app, MethodPolicy? defaultPolicy = null)
        where TService : class
    {
        var bind = typeof(TService).GetCustomAttribute<BindServiceMethodAttribute>(inherit: true)
            ?? throw new InvalidOperationException($"{typeof(TService)} does not derive from a generated service base.");
        var descriptor = (ServiceDescriptor)bind.BindType.GetProperty("Descriptor", BindingFlags.Public | BindingFlags.Static)!.GetValue(null)!;
        var interceptors = app.ServiceProvider.GetServices<Interceptor>().ToArray();
        var binder = new MethodBinder<TService>(descriptor, defaultPolicy ?? new MethodPolicy(), interceptors);
        BindMethod(bind).Invoke(null, [binder, null]);
        app.ServiceProvider.GetRequiredService<MethodTable>().Add(descriptor, binder.Methods);
    }

    /// <summary>Serves grpc.health.v1.Health to everybody, from <see cref="ServingStatuses"/>.</summary>
    public static void MapRpcHealth(this IEndpointRouteBuilder app)
    {
        // The statuses follow the shutdown from the start, not from the first question.
        app.ServiceProvider.GetRequiredService<ServingStatuses>();
        app.MapRpcService<HealthService>(new MethodPolicy { Anonymous = true });
    }

    /// <summary>Tells callers what the server serves, by grpc.reflection.v1.ServerReflection.</summary>
    /// <param name="app">The application.</param>
    /// <param name="policy">Who may ask; by default everybody with a credential.</param>
    public static void MapRpcReflection(this IEndpointRouteBuilder app, MethodPolicy? policy = null) =>
        app.MapRpcService<ReflectionService>(policy);

    /// <summary>Serves gRPC and gRPC-Web from here on; other requests pass. Comes before the endpoints of the other faces.</summary>
    public static IApplicationBuilder UseRpc(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<IOptions<RpcOptions>>().Value.AllowedOrigins;
        if (origins.Count > 0)
            app.UseCors(cors => cors.WithOrigins([.. origins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(ExposedHeaders));
        return app.UseMiddleware<GrpcMiddleware>();
    }

    /// <summary>The generated `BindService(ServiceBinderBase, TBase)`; there is another overload, which takes the instance alone.</summary>
    private static MethodInfo BindMethod(BindServiceMethodAttribute bind) =>
        bind.BindType.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(method => method.Name == bind.BindMethodName && method.GetParameters().Length == 2);
}
