using System.Diagnostics;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Microsoft.Extensions.Logging;

namespace Koda.Rpc.AspNetCore;

/// <summary>What every call goes through, whatever its face: authenticate, authorize, handle, map errors, log, measure.</summary>
public sealed class CallPipeline(
    CallAuthorization authorization, IEnumerable<ICallGuard> guards, IEnumerable<IErrorMapper> mappers, CallTelemetry telemetry,
    ILogger<CallPipeline> logger)
{
    private readonly ICallGuard[] _guards = [.. guards];
    private readonly IErrorMapper[] _mappers = [.. mappers];

    /// <summary>
    /// Runs a call. The face reads the request, calls the method and writes the reply; it is not reached when the caller may not make the call.
    /// Nothing is thrown: whatever goes wrong is the result, for the face to write.
    /// </summary>
    /// <param name="context">The call.</param>
    /// <param name="face">The work of the face.</param>
    /// <returns>How the call failed, or null when it succeeded.</returns>
    public async ValueTask<CallFailure?> RunAsync(RpcCallContext context, Func<RpcCallContext, Task> face)
    {
        var started = Stopwatch.GetTimestamp();
        using var activity = CallTelemetry.Start(context);
        var failure = await TryAsync(context, face);
        var code = failure?.Status.StatusCode ?? StatusCode.OK;
        telemetry.Stop(activity, context, code, Stopwatch.GetElapsedTime(started));
        if (failure is null)
            CallLog.Succeeded(logger, context.Method, context.RequestId);
        return failure;
    }

    private async ValueTask<CallFailure?> TryAsync(RpcCallContext context, Func<RpcCallContext, Task> face)
    {
        try
        {
            foreach (var guard in _guards)
                await guard.ArrivedAsync(context);
            await authorization.AdmitAsync(context);
            foreach (var guard in _guards)
                await guard.AdmittedAsync(context);
            if (context.RpcMethod.Policy.Idempotency == Idempotency.Header)
                _ = IdempotencyKey.Of(context);
            await face(context);
            if (context.Lifetime.EndedBy is { } ended)
                return Fail(context, CallFailure.From(ended), null);
            if (context.Lifetime.DeadlinePassed)
                return Fail(context, CallFailure.From(new RpcFault(ErrorReason.DeadlineExceeded, "The deadline passed.")), null);
            return context.Status.StatusCode == StatusCode.OK ? null : Fail(context, CallFailure.From(context.Status), null);
        }
#pragma warning disable CA1031 // Every failure of a call becomes its status.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Fail(context, await RefuseAsync(context, Describe(context, exception)), exception);
        }
    }

    /// <summary>Tells the guards of a failure for the lack of a credential or a right.</summary>
    private async ValueTask<CallFailure> RefuseAsync(RpcCallContext context, CallFailure failure)
    {
        if (failure.Status.StatusCode is not (StatusCode.Unauthenticated or StatusCode.PermissionDenied))
            return failure;
        try
        {
            foreach (var guard in _guards)
            {
                if (await guard.RefusedAsync(context, failure) is { } other)
                    return CallFailure.From(other);
            }

            return failure;
        }
#pragma warning disable CA1031 // Every failure of a call becomes its status.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            return Describe(context, exception);
        }
    }

    private CallFailure Describe(RpcCallContext context, Exception exception)
    {
        if (context.Lifetime.EndedBy is { } ended)
            return CallFailure.From(ended);
        if (exception is RpcFault fault)
            return CallFailure.From(fault);
        if (context.Lifetime.DeadlinePassed)
            return CallFailure.From(new RpcFault(ErrorReason.DeadlineExceeded, "The deadline passed."));
        if (context.Lifetime.PeerGone)
            return CallFailure.From(new RpcFault(ErrorReason.Cancelled, "The caller went away."));
        if (context.Lifetime.DrainExpired)
            return CallFailure.From(new RpcFault(ErrorReason.Unavailable, "The server is shutting down."));
        if (exception is RpcException rpc)
            return CallFailure.From(rpc.Status, rpc.Trailers);
        foreach (var mapper in _mappers)
        {
            if (mapper.Map(exception) is { } mapped)
                return CallFailure.From(mapped);
        }

        return CallFailure.From(new RpcFault(ErrorReason.Internal, $"An unexpected failure; the log has it as request {context.RequestId}."));
    }

    private CallFailure Fail(RpcCallContext context, CallFailure failure, Exception? exception)
    {
        // A status thrown on purpose, by a handler or over the caller's bytes, is no failure of this server.
        var isOurs = exception is not (null or RpcException);
        if (isOurs && failure.Status.StatusCode is StatusCode.Internal or StatusCode.Unknown or StatusCode.DataLoss)
            CallLog.Broke(logger, exception, context.Method, context.RequestId, failure.Status.StatusCode, failure.Message);
        else if (failure.Status.StatusCode == StatusCode.Cancelled && context.Lifetime.PeerGone)
            CallLog.Abandoned(logger, context.Method, context.RequestId);
        else
            CallLog.Refused(logger, context.Method, context.RequestId, failure.Status.StatusCode, failure.Description.Code, failure.Message);
        return failure;
    }
}
