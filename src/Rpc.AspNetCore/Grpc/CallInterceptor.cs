using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Rpc.AspNetCore.Feeds;
using Koda.Rpc.AspNetCore.Rest;

namespace Koda.Rpc.AspNetCore;

/// <summary>Sends calls by gRPC through the <see cref="CallPipeline"/>; those by REST came through it already. Those of health and reflection, which have no policy, pass.</summary>
internal sealed class CallInterceptor(CallPipeline pipeline, MethodTable methods, CallDrain drain) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (context.GetHttpContext().Features.Get<RestExchange>() is { } exchange)
            return await exchange.HandleAsync((IMessage)request, () => continuation(request, exchange.Call));
        TResponse? response = null;
        await RunAsync(context, async call => response = await continuation(request, call));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        context.GetHttpContext().Features.Get<RestExchange>() is { Call: FeedCallContext feed } exchange
            ? exchange.HandleAsync((IMessage)request, async () =>
            {
                FeedCalls.Resume(feed, (IMessage)request);
                await continuation(request, new DowncastWriter<TResponse>(feed.Feed), feed);
                return true;
            })
            : RunAsync(context, call => continuation(request, responseStream, call));

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, ServerCallContext context, ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await RunAsync(context, async call => response = await continuation(requestStream, call));
        return response!;
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        RunAsync(context, call => continuation(requestStream, responseStream, call));

    private async Task RunAsync(ServerCallContext context, Func<ServerCallContext, Task> handler)
    {
        if (!methods.TryFind(context.Method, out var method))
        {
            await handler(context);
            return;
        }

        var http = context.GetHttpContext();
        TimeSpan? timeout = context.Deadline == DateTime.MaxValue ? null : context.Deadline - DateTime.UtcNow;
        using var lifetime = new CallLifetime(http, drain, timeout < TimeSpan.Zero ? TimeSpan.Zero : timeout, method.Type != MethodType.Unary);
        if (await pipeline.RunAsync(new GrpcCallContext(http, method, lifetime, context), handler) is { } failure)
            throw StatusDetails.ToException(failure);
    }
}
