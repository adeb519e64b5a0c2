using System.Runtime.CompilerServices;
using System.Text.Json;
using Grpc.AspNetCore.Server.Model;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Json;
using Microsoft.AspNetCore.Grpc.JsonTranscoding;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Constraints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Koda.Server.Http.Rest;

internal static class RestHostingExtensions
{
    /// <summary>Adds the REST, feed and WebSocket faces of the methods that are mapped.</summary>
    public static IServiceCollection AddRest(this IServiceCollection services, Action<RestOptions>? configure = null)
    {
        services.AddOptions<RestOptions>().Configure(configure ?? (_ => { }));
        services.TryAddSingleton(TimeProvider.System);
        services.AddGrpc().AddJsonTranscoding();
        services.AddOptions<GrpcJsonTranscodingOptions>().PostConfigure(options =>
        {
            MessageJson.Teach(UnaryJson(options));
            MessageJson.Teach(StreamJson(options));
        });
        // The templates of several segments are matched by it, and a slim host leaves it out.
        services.AddRouting(routing => routing.SetParameterPolicy<RegexInlineRouteConstraint>("regex"));
        services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, FacePolicy>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton(typeof(IServiceMethodProvider<>), typeof(SocketMethods<>)));
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
