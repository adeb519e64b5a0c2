using Google.Protobuf;
using Grpc.Core;

namespace Koda.Rpc.AspNetCore;

/// <summary>What a service may ask of its call beside what gRPC knows.</summary>
public static class ServerCallContextExtensions
{
    /// <summary>Who calls.</summary>
    public static CallPrincipal GetPrincipal(this ServerCallContext context) => Call(context).Principal;

    /// <summary>The name of the call in logs and errors.</summary>
    public static string GetRequestId(this ServerCallContext context) => Call(context).RequestId;

    /// <summary>Fires when the server begins to shut down; see <see cref="RpcCallContext.Draining"/>.</summary>
    public static CancellationToken GetDraining(this ServerCallContext context) => Call(context).Draining;

    /// <summary>The caller's idempotency key, from where the method's policy says that it is carried, or null.</summary>
    /// <exception cref="RpcFault">INVALID_REQUEST: the key is not 1 to 255 visible ASCII characters.</exception>
    public static string? GetIdempotencyKey(this ServerCallContext context, IMessage request) => IdempotencyKey.Of(Call(context), request);

    private static RpcCallContext Call(ServerCallContext context) =>
        context as RpcCallContext ?? throw new InvalidOperationException("The call is not served by Koda.Rpc.AspNetCore.");
}
