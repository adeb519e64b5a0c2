using System.Reflection;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

/// <summary>
/// Collects the methods of a service from its generated `BindService`, which is called without an instance: each handler is an open
/// delegate that takes the instance of the call's own scope.
/// </summary>
internal sealed class MethodBinder<TService>(
    ServiceDescriptor service, MethodPolicy defaultPolicy, IReadOnlyList<Interceptor> interceptors) : ServiceBinderBase
    where TService : class
{
    private readonly ServiceActivator<TService> _activator = new();

    private delegate Task<TResponse> OpenUnary<TRequest, TResponse>(TService service, TRequest request, ServerCallContext context);

    private delegate Task OpenServerStreaming<TRequest, TResponse>(
        TService service, TRequest request, IServerStreamWriter<TResponse> replies, ServerCallContext context);

    private delegate Task<TResponse> OpenClientStreaming<TRequest, TResponse>(
        TService service, IAsyncStreamReader<TRequest> requests, ServerCallContext context);

    private delegate Task OpenDuplex<TRequest, TResponse>(
        TService service, IAsyncStreamReader<TRequest> requests, IServerStreamWriter<TResponse> replies, ServerCallContext context);

    public List<RpcMethod> Methods { get; } = [];

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<OpenUnary<TRequest, TResponse>>(method.Name);
        UnaryServerMethod<TRequest, TResponse> bound =
            (request, context) => open(_activator.Get(context), request, context);
        foreach (var interceptor in interceptors.Reverse())
        {
            var next = bound;
            bound = (request, context) => interceptor.UnaryServerHandler(request, context, next);
        }

        Methods.Add(new UnaryRpcMethod<TRequest, TResponse>(Describe(method), defaultPolicy, bound));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<OpenServerStreaming<TRequest, TResponse>>(method.Name);
        ServerStreamingServerMethod<TRequest, TResponse> bound =
            (request, replies, context) => open(_activator.Get(context), request, replies, context);
        foreach (var interceptor in interceptors.Reverse())
        {
            var next = bound;
            bound = (request, replies, context) => interceptor.ServerStreamingServerHandler(request, replies, context, next);
        }

        Methods.Add(new ServerStreamingRpcMethod<TRequest, TResponse>(Describe(method), defaultPolicy, bound));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<OpenClientStreaming<TRequest, TResponse>>(method.Name);
        ClientStreamingServerMethod<TRequest, TResponse> bound =
            (requests, context) => open(_activator.Get(context), requests, context);
        foreach (var interceptor in interceptors.Reverse())
        {
            var next = bound;
            bound = (requests, context) => interceptor.ClientStreamingServerHandler(requests, context, next);
        }

        Methods.Add(new ClientStreamingRpcMethod<TRequest, TResponse>(Describe(method), defaultPolicy, bound));
    }

    public override void AddMethod<TRequest, TResponse>(
        Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler)
    {
        var open = Open<OpenDuplex<TRequest, TResponse>>(method.Name);
        DuplexStreamingServerMethod<TRequest, TResponse> bound =
            (requests, replies, context) => open(_activator.Get(context), requests, replies, context);
        foreach (var interceptor in interceptors.Reverse())
        {
            var next = bound;
            bound = (requests, replies, context) => interceptor.DuplexStreamingServerHandler(requests, replies, context, next);
        }

        Methods.Add(new DuplexRpcMethod<TRequest, TResponse>(Describe(method), defaultPolicy, bound));
    }

    private MethodDescriptor Describe(IMethod method) => service.FindMethodByName(method.Name);

    private static TDelegate Open<TDelegate>(string name)
        where TDelegate : Delegate
    {
        var parameters = typeof(TDelegate).GetMethod("Invoke")!.GetParameters().Skip(1).Select(p => p.ParameterType).ToArray();
        var method = typeof(TService).GetMethod(name, BindingFlags.Public | BindingFlags.Instance, parameters)
            ?? throw new InvalidOperationException($"{typeof(TService)} has no method {name} with the parameters of its contract.");
        return method.CreateDelegate<TDelegate>();
    }
}
