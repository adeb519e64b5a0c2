using System.IO.Compression;
using Grpc.AspNetCore.Server;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http;

internal static class RpcServiceCollectionExtensions
{
    /// <summary>
    /// Adds the method table and the call pipeline. The application adds to it an authentication scheme, and any number of
    /// <see cref="IErrorMapper"/>, <see cref="ICallRefusals"/>, <see cref="IDialect"/> and <see cref="Grpc.Core.Interceptors.Interceptor"/>, as singletons.
    /// </summary>
    public static IServiceCollection AddRpc(this IServiceCollection services, Action<RpcOptions>? configure = null)
    {
        services.AddOptions<RpcOptions>().Configure(configure ?? (_ => { }));
        services.AddMetrics();
        services.AddGrpc(grpc =>
        {
            grpc.Interceptors.Add<CallInterceptor>();
            // Its endpoints for what is unknown match every path of two segments, and hide that a path has other methods.
            grpc.IgnoreUnknownServices = true;
        });
        services.AddSingleton<CallInterceptor>();
        services.AddOptions<GrpcServiceOptions>().Configure<IOptions<RpcOptions>>((grpc, rpc) =>
        {
            if (rpc.Value.CompressReplies)
                (grpc.ResponseCompressionAlgorithm, grpc.ResponseCompressionLevel) = ("gzip", CompressionLevel.Fastest);
        });
        services.AddCors().AddAuthorization().AddResponseCompression(compression => compression.Providers.Add<GzipCompressionProvider>());
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, CallRefusal>();
        services.AddSingleton<IConnectionListenerFactory, InertTransport>();
        services.TryAddSingleton<MethodTable>();
        services.TryAddSingleton<DialectTable>();
        services.TryAddSingleton<CallTelemetry>();
        services.TryAddSingleton<CallDrain>();
        services.TryAddSingleton<CallFailures>();
        return services;
    }
}
