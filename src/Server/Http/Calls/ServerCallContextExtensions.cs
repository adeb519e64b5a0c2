using Google.Protobuf;
using Grpc.Core;

namespace Koda.Server.Http;

/// <summary>What a service may ask of its call beside what gRPC knows.</summary>
internal static class ServerCallContextExtensions
{
    /// <summary>Who calls.</summary>
    public static CallPrincipal GetPrincipal(this ServerCallContext context) => CallPrincipal.Of(context.GetHttpContext());

    /// <summary>The name of the call in logs and errors.</summary>
    public static string GetRequestId(this ServerCallContext context) => context.GetHttpContext().TraceIdentifier;

    /// <summary>
    /// Fires when the server begins to shut down. A long stream that ends by itself then ends in its own way; one that does not is
    /// cancelled when the drain time is over.
    /// </summary>
    public static CancellationToken GetDraining(this ServerCallContext context) => Call(context).Lifetime.Draining;

    /// <summary>The caller's idempotency key, from where the method's policy says that it is carried, or null.</summary>
    /// <exception cref="RpcFault">INVALID_REQUEST: the key is not 1 to 255 visible ASCII characters.</exception>
    public static string? GetIdempotencyKey(this ServerCallContext context, IMessage request) =>
        IdempotencyCarrier.Of(Call(context), request);

    private static RpcCall Call(ServerCallContext context) =>
        RpcCall.Of(context.GetHttpContext()) ?? throw new InvalidOperationException("The call is of no mapped method.");
}
