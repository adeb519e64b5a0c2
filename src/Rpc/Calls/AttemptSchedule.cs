using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>
/// Whether and when a failed attempt is followed by another: by the retry policy, or, for a call that waits for a connection, until there is
/// one.
/// </summary>
internal sealed class AttemptSchedule(RpcChannel channel, CallOptions options)
{
    private static readonly TimeSpan s_initialReconnect = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_maxReconnect = TimeSpan.FromSeconds(5);

    private RetrySchedule? _retries;
    private int _reconnects;

    /// <summary>How many attempts came before the next one, not counting those that found no connection.</summary>
    public int Retries { get; private set; }

    /// <summary>The wait before the next attempt, or null when the failure is final.</summary>
    public TimeSpan? Next(Exception failure, bool canReplay)
    {
        if (!canReplay)
            return null;
        if (options.IsWaitForReady && CallFailure.IsNotConnected(failure))
            return RetrySchedule.Backoff(s_initialReconnect, 2, s_maxReconnect, _reconnects++);
        if (channel.Options.RetryPolicy is not { } policy)
            return null;
        _retries ??= new RetrySchedule(policy, channel.RetryThrottle);
        var delay = _retries.After(failure as RpcException ?? new RpcException(CallFailure.StatusOf(failure)));
        if (delay is not null)
            Retries++;
        return delay;
    }
}
