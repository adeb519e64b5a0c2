using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

internal sealed class ClientStreamingRpcMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, MethodPolicy defaultPolicy,
    ClientStreamingServerMethod<TRequest, TResponse> handler)
    : RpcMethod(descriptor, MethodType.ClientStreaming, defaultPolicy)
    where TRequest : class
    where TResponse : class
{
    public override async Task<IMessage> ClientStreamingAsync(RpcCallContext context, IAsyncStreamReader<IMessage> requests) =>
        (IMessage)await handler(new DowncastReader<TRequest>(requests), context);
}
