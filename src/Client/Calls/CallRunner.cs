using Grpc.Core;

namespace Koda.Client.Calls;

/// <summary>Makes calls with the client's token and deadline, and repeats those that are safe to repeat.</summary>
internal sealed class CallRunner(KodaClientOptions options)
{
    public KodaClientOptions Options => options;

    public async Task<T> Run<T>(
        Func<CallOptions, AsyncUnaryCall<T>> start, Repeat repeat, CancellationToken cancellationToken, string? idempotencyKey = null)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                using var call = start(Prepare(cancellationToken, options.CallTimeout, idempotencyKey));
                return await call.ResponseAsync;
            }
            catch (RpcException e)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var error = ErrorReader.Read(e);
                if (repeat == Repeat.Never || attempt >= options.MaxAttempts || !error.Retryable)
                    throw error;
                await Task.Delay(Backoff.After(attempt, options, error.RetryAfter), options.TimeProvider, cancellationToken);
            }
        }
    }

    /// <summary>What every call carries. Without a <paramref name="timeout"/> it has no deadline.</summary>
    public CallOptions Prepare(CancellationToken cancellationToken, TimeSpan? timeout = null, string? idempotencyKey = null)
    {
        var headers = new Metadata();
        if (options.Token is { } token)
            headers.Add("authorization", "Bearer " + token);
        if (idempotencyKey is not null)
            headers.Add("idempotency-key", idempotencyKey);
        DateTime? deadline = timeout is { } longest ? options.TimeProvider.GetUtcNow().UtcDateTime + longest : null;
        return new CallOptions(headers, deadline, cancellationToken);
    }
}
