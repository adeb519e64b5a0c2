namespace Koda.Rpc;

/// <summary>
/// Stops retries of a whole channel while too many calls fail: each retryable failure takes a token, each success gives
/// <see cref="TokenRatio"/> back, and there are no retries while half of the tokens or more are gone.
/// </summary>
/// <param name="MaxTokens">The tokens at the start, which is also the most there can be.</param>
/// <param name="TokenRatio">What a success gives back.</param>
public sealed record RetryThrottlingPolicy(int MaxTokens = 10, double TokenRatio = 0.1);
