using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Server.Http.Feeds;
using Koda.Server.Http.Rest;

namespace Koda.Server.Http;

/// <summary>Gives services the context of their call, and maps what they throw. Calls of health and reflection pass, which have neither.</summary>
internal sealed class CallInterceptor(CallFailures failures) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (context.GetHttpContext().Features.Get<RestExchange>() is { } exchange)
            return await exchange.HandleAsync((IMessage)request, () => continuation(request, exchange.Context));
        TResponse? response = null;
        await RunAsync(context, async call => response = await continuation(request, call));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        context.GetHttpContext().Features.Get<RestExchange>() is { Context: FeedCallContext feed } exchange
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
        if (RpcCall.Of(context.GetHttpContext()) is not { } call)
        {
            await handler(context);
            return;
        }

        if (await failures.RunAsync(new GrpcCallContext(call, context), handler) is { } failure)
            throw StatusDetails.ToException(failure);
    }
}
