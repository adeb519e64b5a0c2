using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

internal sealed class ServerStreamingRpcMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, MethodPolicy defaultPolicy,
    Method<TRequest, TResponse> method, ServerStreamingServerMethod<TRequest, TResponse> handler)
    : RpcMethod(descriptor, MethodType.ServerStreaming, defaultPolicy)
    where TRequest : class
    where TResponse : class
{
    public override Task ServerStreamingAsync(RpcCallContext context, IMessage request, IServerStreamWriter<IMessage> replies) =>
        handler((TRequest)request, new DowncastWriter<TResponse>(replies), context);

    internal override async Task ServeGrpcAsync(GrpcCallContext context)
    {
        var request = await context.ReadSingleAsync(method.RequestMarshaller);
        await handler(request, new GrpcStreamWriter<TResponse>(context, method.ResponseMarshaller), context);
    }
}
