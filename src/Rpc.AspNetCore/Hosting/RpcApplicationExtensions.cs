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
        app.MapGrpcService<TService>();
    }

    /// <summary>Lets browsers call by gRPC-Web, from the allowed origins.</summary>
    public static IApplicationBuilder UseRpc(this IApplicationBuilder app)
    {
        var origins = app.ApplicationServices.GetRequiredService<IOptions<RpcOptions>>().Value.AllowedOrigins;
        if (origins.Count > 0)
            app.UseCors(cors => cors.WithOrigins([.. origins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(ExposedHeaders));
        return app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
    }

    /// <summary>The generated `BindService(ServiceBinderBase, TBase)`; there is another overload, which takes the instance alone.</summary>
    private static MethodInfo BindMethod(BindServiceMethodAttribute bind) =>
        bind.BindType.GetMethods(BindingFlags.Public | BindingFlags.Static)
            .Single(method => method.Name == bind.BindMethodName && method.GetParameters().Length == 2);
}
