using Grpc.AspNetCore.Server;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Server.Http.Rest;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.DependencyInjection;

namespace Koda.Server.Http.Feeds;

/// <summary>Gives the bidirectional methods that declare a WebSocket the endpoint for it, beside that of gRPC.</summary>
internal sealed class SocketMethods<TService>(
    IGrpcServiceActivator<TService> activator, MethodTable methods) : IServiceMethodProvider<TService>
    where TService : class
{
    private readonly MethodTable _methods = methods;

    public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context)
    {
        if (ServiceBinding.Of(typeof(TService)) is { } service)
            service.Bind(new Binder(this, context));
    }

    private async Task Serve<TRequest, TResponse>(
        HttpContext http, RestBinding binding, DuplexStreamingServerMethod<TService, TRequest, TResponse> method)
        where TRequest : class
        where TResponse : class
    {
        var handle = activator.Create(http.RequestServices);
        try
        {
            DuplexStreamingServerMethod<TRequest, TResponse> bound = (requests, replies, call) =>
                method(handle.Instance, requests, replies, call);
            foreach (var interceptor in http.RequestServices.GetServices<Interceptor>().Reverse())
            {
                var next = bound;
                bound = (requests, replies, call) => interceptor.DuplexStreamingServerHandler(requests, replies, call, next);
            }
            await http
                .RequestServices.GetRequiredService<SocketCalls>()
                .Serve(http, binding, (call, stream) =>
                    bound(new Requests<TRequest>(stream), (IServerStreamWriter<TResponse>)(object)stream, call));
        }
        finally
        {
            await activator.ReleaseAsync(handle);
        }
    }

    /// <summary>Gives a handler requests of its own type.</summary>
    private sealed class Requests<TRequest>(SocketStream stream) : IAsyncStreamReader<TRequest> where TRequest : class
    {
        public TRequest Current => (TRequest)stream.Current;

        public Task<bool> MoveNext(CancellationToken cancellationToken) => stream.MoveNext(cancellationToken);
    }

    private sealed class Binder(SocketMethods<TService> owner, ServiceMethodProviderContext<TService> context) : ServiceBinderBase
    {
        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            UnaryServerMethod<TRequest, TResponse>? handler)
        {
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            ServerStreamingServerMethod<TRequest, TResponse>? handler)
        {
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method,
            ClientStreamingServerMethod<TRequest, TResponse>? handler)
        {
        }

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
        {
            if (!owner._methods.TryFind(method.FullName, out var declared) || declared.Policy.Websocket.Length == 0)
                return;
            var binding = new RestBinding(declared, HttpMethods.Get, RouteTemplate.Parse(declared.Policy.Websocket), "", "");
            var implementation = typeof(TService)
                .GetMethod(
                    method.Name, [typeof(IAsyncStreamReader<TRequest>), typeof(IServerStreamWriter<TResponse>), typeof(ServerCallContext)])!
                .CreateDelegate<DuplexStreamingServerMethod<TService, TRequest, TResponse>>();
            context.AddMethod(
                method, RoutePatternFactory.Parse(declared.Policy.Websocket), [binding, new HttpMethodMetadata([HttpMethods.Get])],
                http => owner.Serve(http, binding, implementation));
        }
    }
}
