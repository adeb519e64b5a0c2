using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

internal sealed class DuplexRpcMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, MethodPolicy defaultPolicy,
    DuplexStreamingServerMethod<TRequest, TResponse> handler)
    : RpcMethod(descriptor, MethodType.DuplexStreaming, defaultPolicy)
    where TRequest : class
    where TResponse : class
{
    public override Task DuplexAsync(RpcCallContext context, IAsyncStreamReader<IMessage> requests, IServerStreamWriter<IMessage> replies) =>
        handler(new DowncastReader<TRequest>(requests), new DowncastWriter<TResponse>(replies), context);
}
