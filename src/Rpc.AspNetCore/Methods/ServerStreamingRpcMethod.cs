using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

internal sealed class ServerStreamingRpcMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, MethodPolicy defaultPolicy,
    ServerStreamingServerMethod<TRequest, TResponse> handler)
    : RpcMethod(descriptor, MethodType.ServerStreaming, defaultPolicy)
    where TRequest : class
    where TResponse : class
{
    public override Task ServerStreamingAsync(RpcCallContext context, IMessage request, IServerStreamWriter<IMessage> replies) =>
        handler((TRequest)request, new DowncastWriter<TResponse>(replies), context);
}
