using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

internal sealed class UnaryRpcMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, MethodPolicy defaultPolicy,
    Method<TRequest, TResponse> method, UnaryServerMethod<TRequest, TResponse> handler)
    : RpcMethod(descriptor, MethodType.Unary, defaultPolicy)
    where TRequest : class
    where TResponse : class
{
    public override async Task<IMessage> UnaryAsync(RpcCallContext context, IMessage request) =>
        (IMessage)await handler((TRequest)request, context);

    internal override async Task ServeGrpcAsync(GrpcCallContext context)
    {
        var request = await context.ReadSingleAsync(method.RequestMarshaller);
        context.WriteLast(await handler(request, context), method.ResponseMarshaller);
    }
}
