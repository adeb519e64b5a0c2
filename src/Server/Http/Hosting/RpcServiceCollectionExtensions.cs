using System.IO.Compression;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Json;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Koda.Server.Http;

internal static class RpcServiceCollectionExtensions
{
    /// <summary>
    /// Adds every face of the methods that are mapped, and the pipeline before them. The application adds to it an authentication scheme,
    /// and any number of <see cref="IErrorMapper"/>, <see cref="ICallRefusals"/>, <see cref="IDialect"/> and
    /// <see cref="Grpc.Core.Interceptors.Interceptor"/>, as singletons.
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
        }).AddJsonTranscoding();
        services.AddOptions<GrpcJsonTranscodingOptions>().PostConfigure(options =>
        {
            MessageJson.Teach(UnaryJson(options));
            MessageJson.Teach(StreamJson(options));
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
        // The templates of several segments are matched by it, and a slim host leaves it out.
        services.AddRouting(routing => routing.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FacePolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IServiceMethodProvider<>), typeof(SocketMethods<>)));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<RestCalls>();
        services.TryAddSingleton<FeedCalls>();
        services.TryAddSingleton<SocketCalls>();
        services.AddHostedService<ContractCheck>();
        return services;
    }

    // The transcoder has no public way to its serializers (https://github.com/dotnet/aspnetcore/issues/50401).
    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_UnarySerializerOptions")]
    private static extern JsonSerializerOptions UnaryJson(GrpcJsonTranscodingOptions options);

    [UnsafeAccessor(UnsafeAccessorKind.Method, Name = "get_ServerStreamingSerializerOptions")]
    private static extern JsonSerializerOptions StreamJson(GrpcJsonTranscodingOptions options);
}
