namespace Koda.Rpc.Calls;

/// <summary>The tokens of a <see cref="RetryThrottlingPolicy"/>, shared by the calls of a channel.</summary>
internal sealed class RetryThrottle(RetryThrottlingPolicy policy)
{
    private readonly Lock _gate = new();
    private double _tokens = policy.MaxTokens;

    public void Succeeded()
    {
        lock (_gate)
            _tokens = Math.Min(_tokens + policy.TokenRatio, policy.MaxTokens);
    }

    /// <summary>Takes a token for a failure; returns whether it may be retried.</summary>
    public bool Failed()
    {
        lock (_gate)
        {
            _tokens = Math.Max(_tokens - 1, 0);
            return _tokens > policy.MaxTokens / 2.0;
        }
    }
}
