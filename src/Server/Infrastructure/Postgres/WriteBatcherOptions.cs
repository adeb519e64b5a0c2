using Koda.Protos.Common.V1;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>The bounds of a <see cref="WriteBatcher{TItem, TResult}"/>.</summary>
internal sealed record WriteBatcherOptions
{
    /// <summary>The most items in one transaction.</summary>
    public int MaxBatch { get; init; } = 200;

    /// <summary>How many items may wait. More are refused at once.</summary>
    public int Capacity { get; init; } = 10_000;

    /// <summary>
    /// Whether a batch that met a trouble of the database is tried until it is over, in place of failing its callers. The same item written
    /// twice must be the same as once.
    /// </summary>
    public bool KeepsTrying { get; init; }

    /// <summary>What a refused caller is told.</summary>
    public ErrorReason FullReason { get; init; } = ErrorReason.RateLimited;

    /// <summary>Told the number of items of each batch that was committed. It must be quick and must not throw.</summary>
    public Action<int> Committed { get; init; } = static _ => { };

    /// <summary>When a refused caller may try again.</summary>
    public TimeSpan RetryAfter { get; init; } = TimeSpan.FromSeconds(1);
}
