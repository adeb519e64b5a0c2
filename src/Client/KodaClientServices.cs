using Grpc.Net.ClientFactory;
using Koda.Client.Calls;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Koda.Client;

/// <summary>Registers a client with a host.</summary>
public static class KodaClientServices
{
    /// <summary>Adds one <see cref="KodaClient"/> for all who ask for it. Its connections belong to the host.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="options">Where the server is, who calls it, and how patient the client is. Null:
    /// <see cref="KodaClientOptions.FromEnvironment"/>.</param>
    /// <returns>A builder of the client's HTTP, for handlers, interceptors and the channel.</returns>
    public static IHttpClientBuilder AddKodaClient(this IServiceCollection services, KodaClientOptions? options = null)
    {
        options ??= KodaClientOptions.FromEnvironment();
        var client = services.AddGrpcClient<KodaClient>(grpc => grpc.Address = options.Url)
            .ConfigureChannel(channel => channel.MaxReceiveMessageSize = null)
            .ConfigurePrimaryHttpMessageHandler(() => options.HttpHandler ?? ChannelSettings.CreateHandler(options.Url))
            .ConfigureGrpcClientCreator(invoker => new KodaClient(options, invoker));
        // The factory would make another for each who asks, and the root of services would keep them all to dispose of them.
        services.Replace(
            ServiceDescriptor.Singleton(provider =>
                provider.GetRequiredService<GrpcClientFactory>().CreateClient<KodaClient>(client.Name)));
        return client;
    }
}
