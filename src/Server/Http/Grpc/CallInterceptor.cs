using Google.Protobuf;
using Grpc.Core;
using Grpc.Core.Interceptors;
using Koda.Server.Http.Rest;

namespace Koda.Server.Http;

/// <summary>
/// Maps what services throw, and gives those that are called by REST what the transcoder leaves out. Calls of health and reflection pass.
/// </summary>
internal sealed class CallInterceptor(CallFailures failures) : Interceptor
{
    public override async Task<TResponse> UnaryServerHandler<TRequest, TResponse>(
        TRequest request, ServerCallContext context, UnaryServerMethod<TRequest, TResponse> continuation)
    {
        if (context.GetHttpContext().Features.Get<RestExchange>() is { } exchange)
            return await exchange.Handle((IMessage)request, context, () => continuation(request, context));
        TResponse? response = null;
        await Run(context, async () => response = await continuation(request, context));
        return response!;
    }

    public override Task ServerStreamingServerHandler<TRequest, TResponse>(
        TRequest request, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        ServerStreamingServerMethod<TRequest, TResponse> continuation) =>
        context.GetHttpContext().Features.Get<RestExchange>() is { Feed: { } feed } exchange
            ? exchange.Handle((IMessage)request, context, async () =>
            {
                await continuation(request, (IServerStreamWriter<TResponse>)(object)feed, context);
                return true;
            })
            : Run(context, () => continuation(request, responseStream, context));

    public override async Task<TResponse> ClientStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream,
        ServerCallContext context,
        ClientStreamingServerMethod<TRequest, TResponse> continuation)
    {
        TResponse? response = null;
        await Run(context, async () => response = await continuation(requestStream, context));
        return response!;
    }

    public override Task DuplexStreamingServerHandler<TRequest, TResponse>(
        IAsyncStreamReader<TRequest> requestStream, IServerStreamWriter<TResponse> responseStream, ServerCallContext context,
        DuplexStreamingServerMethod<TRequest, TResponse> continuation) =>
        Run(context, () => continuation(requestStream, responseStream, context));

    private async Task Run(ServerCallContext context, Func<Task> handler)
    {
        if (RpcCall.Of(context.GetHttpContext()) is not { } call)
            await handler();
        else if (await failures.Run(call, handler, context) is { } failure)
            throw StatusDetails.ToException(failure);
    }
}
