using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Common.V1;

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

    /// <summary>Runs a feed until the call ends, or the server is to stop: then the caller is told where to go on.</summary>
    /// <param name="context">The call.</param>
    /// <param name="item">What the feed consists of, in the singular.</param>
    /// <param name="feed">Writes the feed until its token is cancelled.</param>
    /// <exception cref="RpcFault">UNAVAILABLE: the server stops.</exception>
    public static async Task UntilDraining(this ServerCallContext context, string item, Func<CancellationToken, Task> feed)
    {
        var draining = context.GetDraining();
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, draining);
        try
        {
            await feed(ending.Token);
        }
        catch (OperationCanceledException) when (draining.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcFault(ErrorReason.Unavailable, $"The server is shutting down; go on from the last {item}.");
        }
    }
}
