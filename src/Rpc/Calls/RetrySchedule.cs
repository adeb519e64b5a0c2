using System.Globalization;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>Decides, after each failed attempt of one call, whether and when the next one is made.</summary>
internal sealed class RetrySchedule(RetryPolicy policy, RetryThrottle? throttle)
{
    private int _attempts = 1;
    private int _backoffs;

    /// <summary>The wait before the next attempt, or null when the failure is final.</summary>
    public TimeSpan? After(RpcException failure)
    {
        var pushback = Pushback(failure.Trailers);
        if (pushback < TimeSpan.Zero)
        {
            throttle?.Failed();
            return null;
        }
        if (!policy.RetryableStatusCodes.Contains(failure.StatusCode))
            return null;
        if (throttle?.Failed() == false || _attempts >= policy.MaxAttempts)
            return null;
        _attempts++;
        if (pushback is not { } asked)
            return Backoff(policy.InitialBackoff, policy.BackoffMultiplier, policy.MaxBackoff, _backoffs++);
        _backoffs = 0;
        return asked;
    }

    /// <summary>An exponentially growing wait, give or take a fifth so that clients do not come back all at once.</summary>
    public static TimeSpan Backoff(TimeSpan initial, double multiplier, TimeSpan max, int previousWaits)
    {
        var ticks = Math.Min(initial.Ticks * Math.Pow(multiplier, previousWaits), max.Ticks);
        return TimeSpan.FromTicks((long)(ticks * (0.8 + 0.4 * Random.Shared.NextDouble())));
    }

    /// <summary>What the server asks for: a wait, a negative time for "do not retry", or null.</summary>
    private static TimeSpan? Pushback(Metadata trailers)
    {
        if (trailers.GetValue(WireNames.RetryPushback) is not { } text)
            return null;
        return int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var milliseconds) && milliseconds >= 0
            ? TimeSpan.FromMilliseconds(milliseconds)
            : TimeSpan.FromTicks(-1);
    }
}
