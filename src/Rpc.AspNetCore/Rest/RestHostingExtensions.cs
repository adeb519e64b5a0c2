using Koda.Rpc.AspNetCore.Feeds;
using Koda.Rpc.AspNetCore.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.ResponseCompression;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Koda.Rpc.AspNetCore.Rest;

public static class RestHostingExtensions
{
    /// <summary>Adds the REST, feed and WebSocket faces of the methods that are mapped.</summary>
    public static IServiceCollection AddRest(this IServiceCollection services, Action<RestOptions>? configure = null)
    {
        services.AddOptions<RestOptions>().Configure(configure ?? (_ => { }));
        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton(provider =>
            new JsonCodec(provider.GetRequiredService<MethodTable>().Services.Select(service => service.File)));
        services.AddResponseCompression(compression => compression.Providers.Add<GzipCompressionProvider>());
        services.TryAddSingleton<RouteTable>();
        services.TryAddSingleton<RestCalls>();
        services.TryAddSingleton<RestRequestReader>();
        services.TryAddSingleton<RestReply>();
        services.TryAddSingleton<UnaryFace>();
        services.TryAddSingleton<FeedFace>();
        services.TryAddSingleton<SocketFace>();
        return services;
    }

    /// <summary>
    /// Serves the paths of the contract, and answers in the dialect of the path what nobody serves. Routes are checked when the server
    /// starts: two methods with one path stop it.
    /// </summary>
    public static IApplicationBuilder UseRest(this IApplicationBuilder app)
    {
        if (app.ApplicationServices.GetRequiredService<IOptions<RpcOptions>>().Value.CompressReplies) app.UseResponseCompression();
        return app.UseWebSockets().UseMiddleware<RestMiddleware>();
    }
}
