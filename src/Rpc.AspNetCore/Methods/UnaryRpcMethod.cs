using Google.Protobuf;
using Google.Protobuf.Reflection;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Rpc.AspNetCore;

internal sealed class UnaryRpcMethod<TRequest, TResponse>(
    MethodDescriptor descriptor, MethodPolicy defaultPolicy,
    UnaryServerMethod<TRequest, TResponse> handler)
    : RpcMethod(descriptor, MethodType.Unary, defaultPolicy)
    where TRequest : class
    where TResponse : class
{
    public override async Task<IMessage> UnaryAsync(RpcCallContext context, IMessage request) =>
        (IMessage)await handler((TRequest)request, context);
}
