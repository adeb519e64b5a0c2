using Grpc.Core;

namespace Koda.Rpc;

/// <summary>
/// When and how a failed call is made again. A call is only retried while the server has not begun to answer it, and only when it failed
/// with one of <see cref="RetryableStatusCodes"/>.
/// </summary>
public sealed class RetryPolicy
{
    private readonly int _maxAttempts = 3;

    /// <summary>How often a call is made at most, the first time included; at least 2.</summary>
    public int MaxAttempts
    {
        get => _maxAttempts;
        init
        {
            ArgumentOutOfRangeException.ThrowIfLessThan(value, 2);
            _maxAttempts = value;
        }
    }

    /// <summary>The wait before the first retry, give or take a fifth.</summary>
    public TimeSpan InitialBackoff { get; init; } = TimeSpan.FromMilliseconds(100);

    public TimeSpan MaxBackoff { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>By how much each wait is longer than the one before it.</summary>
    public double BackoffMultiplier { get; init; } = 2;

    /// <summary>UNAVAILABLE only, unless more is said: other failures may have had an effect.</summary>
    public IReadOnlySet<StatusCode> RetryableStatusCodes { get; init; } = new HashSet<StatusCode> { StatusCode.Unavailable };
}
