namespace Grpc.Core.Interceptors;

/// <summary>Adds interceptors to the handlers of a service.</summary>
public static class ServerServiceDefinitionExtensions
{
    public static ServerServiceDefinition Intercept(this ServerServiceDefinition serverServiceDefinition, Interceptor interceptor)
    {
        ArgumentNullException.ThrowIfNull(serverServiceDefinition);
        ArgumentNullException.ThrowIfNull(interceptor);
        var binder = new InterceptingBinder(interceptor);
        serverServiceDefinition.BindService(binder);
        return binder.Build();
    }

    /// <summary>Adds several interceptors; the first one sees a call first.</summary>
    public static ServerServiceDefinition Intercept(
        this ServerServiceDefinition serverServiceDefinition, params Interceptor[] interceptors)
    {
        ArgumentNullException.ThrowIfNull(interceptors);
        for (var i = interceptors.Length - 1; i >= 0; i--)
            serverServiceDefinition = serverServiceDefinition.Intercept(interceptors[i]);
        return serverServiceDefinition;
    }

    private sealed class InterceptingBinder(Interceptor interceptor) : ServiceBinderBase
    {
        private readonly ServerServiceDefinition.Builder _builder = ServerServiceDefinition.CreateBuilder();

        public ServerServiceDefinition Build() => _builder.Build();

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse>? handler) =>
            _builder.AddMethod(method, new UnaryServerMethod<TRequest, TResponse>(
                (request, context) => interceptor.UnaryServerHandler(request, context, handler!)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ClientStreamingServerMethod<TRequest, TResponse>? handler) =>
            _builder.AddMethod(method, new ClientStreamingServerMethod<TRequest, TResponse>(
                (requests, context) => interceptor.ClientStreamingServerHandler(requests, context, handler!)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse>? handler) =>
            _builder.AddMethod(method, new ServerStreamingServerMethod<TRequest, TResponse>(
                (request, responses, context) => interceptor.ServerStreamingServerHandler(request, responses, context, handler!)));

        public override void AddMethod<TRequest, TResponse>(
            Method<TRequest, TResponse> method, DuplexStreamingServerMethod<TRequest, TResponse>? handler) =>
            _builder.AddMethod(method, new DuplexStreamingServerMethod<TRequest, TResponse>(
                (requests, responses, context) => interceptor.DuplexStreamingServerHandler(requests, responses, context, handler!)));
    }
}
