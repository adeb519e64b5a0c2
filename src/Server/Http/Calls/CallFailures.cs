using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http;

/// <summary>Turns what ends a call early into its failure, the same on every face.</summary>
internal sealed class CallFailures(IEnumerable<IErrorMapper> mappers, IEnumerable<ICallRefusals> refusals)
{
    private readonly IErrorMapper[] _mappers = [.. mappers];
    private readonly ICallRefusals[] _refusals = [.. refusals];

    /// <summary>Runs the handler of a call. Nothing is thrown: whatever goes wrong is the result, for the face to write.</summary>
    /// <param name="call">The call.</param>
    /// <param name="handler">Its handler.</param>
    /// <param name="context">Where the handler may leave a status; null where it is asked already.</param>
    /// <returns>How the call failed, or null when it succeeded.</returns>
    public async ValueTask<CallFailure?> Run(RpcCall call, Func<Task> handler, ServerCallContext? context = null)
    {
        try
        {
            if (call.Method.Policy.Idempotency == Idempotency.Header)
                _ = IdempotencyCarrier.Of(call);
            await handler();
        }
#pragma warning disable CA1031 // Every failure of a call becomes its status.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return await Fail(call, exception);
        }

        if (Ended(call) is { } ended)
            call.Failure = CallFailure.From(ended);
        else if (context is { Status: { StatusCode: not StatusCode.OK } status })
            call.Failure = CallFailure.From(status);
        return call.Failure;
    }

    /// <summary>Records of a call how it failed.</summary>
    public async ValueTask<CallFailure> Fail(RpcCall call, Exception exception)
    {
        var failure = Describe(call, exception);
        if (failure.Status.StatusCode is StatusCode.Unauthenticated or StatusCode.PermissionDenied)
        {
            try
            {
                foreach (var each in _refusals)
                {
                    if (await each.Refused(call, failure) is { } other)
                        failure = CallFailure.From(other);
                }
            }
#pragma warning disable CA1031 // Every failure of a call becomes its status.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                failure = Describe(call, fault);
            }
        }
        // What a service throws on purpose, or over the caller's bytes, is no failure of this server.
        call.Cause = exception is RpcException ? null : exception;
        return call.Failure = failure;
    }

    /// <summary>What a refusal or a failure of the engine says; null for any other exception.</summary>
    public RpcFault? Map(Exception exception) =>
        exception as RpcFault ?? _mappers.Select(mapper => mapper.Map(exception)).FirstOrDefault(fault => fault is not null);

    private static RpcFault? Ended(RpcCall call) => call.Lifetime.EndedBy
        ?? (call.Lifetime.DeadlinePassed ? new RpcFault(ErrorReason.DeadlineExceeded, "The deadline passed.") : null);

    private CallFailure Describe(RpcCall call, Exception exception)
    {
        if (call.Lifetime.EndedBy is { } ended)
            return CallFailure.From(ended);
        if (exception is RpcFault fault)
            return CallFailure.From(fault);
        if (Ended(call) is { } late)
            return CallFailure.From(late);
        if (call.Lifetime.Peer.IsCancellationRequested)
            return CallFailure.From(new RpcFault(ErrorReason.Cancelled, "The caller went away."));
        if (call.Lifetime.DrainExpired)
            return CallFailure.From(new RpcFault(ErrorReason.Unavailable, "The server is shutting down."));
        if (exception is RpcException rpc)
            return CallFailure.From(rpc.Status, rpc.Trailers);
        return CallFailure.From(
            Map(exception) ?? new RpcFault(ErrorReason.Internal, $"An unexpected failure; the log has it as request {call.RequestId}."));
    }
}
