using Koda.Protos.Common.V1;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Net.Http.Headers;

namespace Koda.Server.Http;

internal static class RpcApplicationExtensions
{
    private static readonly string[] s_exposedHeaders =
    [
        HeaderNames.GrpcStatus,
        HeaderNames.GrpcMessage,
        StatusDetails.Trailer,
        HeaderNames.GrpcEncoding,
        HeaderNames.RetryAfter,
        "RateLimit",
        "RateLimit-Policy",
        HeaderNames.ETag,
        HeaderNames.Allow,
        RequestIdentity.Header,
        HeaderNames.WWWAuthenticate,
    ];

    /// <summary>Serves a service on every face that its contract declares.</summary>
    /// <typeparam name="TService">
    /// The implementation, derived from the generated base. Each call takes it from its own scope, or makes one if it is not registered.
    /// </typeparam>
    /// <param name="app">The application.</param>
    /// <param name="defaultPolicy">The policy of methods that declare none; by default such a method needs a credential.</param>
    /// <exception cref="InvalidOperationException">The type is not a generated service's implementation, or the service is mapped
    /// already.</exception>
    public static void MapRpcService<TService>(this IEndpointRouteBuilder app, MethodPolicy? defaultPolicy = null)
        where TService : class
    {
        var service = ServiceBinding.Of(typeof(TService))
            ?? throw new InvalidOperationException($"{typeof(TService)} does not derive from a generated service base.");
        var methods = app.ServiceProvider.GetRequiredService<MethodTable>();
        methods.Add(
            service.Descriptor, service.Descriptor.Methods.Select(method => new RpcMethod(method, defaultPolicy ?? new MethodPolicy())));
        app.MapGrpcService<TService>().Add(endpoint => RestEndpoints.Teach(endpoint, methods));
    }

    /// <summary>
    /// Everything that a request passes before it is authenticated: what nobody serves is refused, calls are known as such, and from here
    /// on a fault that is thrown is written as the call's face wants it. Authentication, authorization and what else judges a call are used
    /// after it.
    /// </summary>
    public static IApplicationBuilder UseRpc(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<RpcOptions>>().Value;
        if (options.CompressReplies)
            app.UseResponseCompression();
        app.UseWebSockets().UseMiddleware<UnservedPaths>().UseRouting();
        if (options.AllowedOrigins.Count > 0)
            app.UseCors(cors =>
                cors.WithOrigins([.. options.AllowedOrigins]).AllowAnyMethod().AllowAnyHeader().WithExposedHeaders(s_exposedHeaders));
        return app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true }).UseMiddleware<CallMiddleware>().UseUnreadableCalls();
    }
}
