namespace Koda.Server.Engine;

/// <summary>How the engine behaves where people may want it otherwise.</summary>
internal sealed record EngineOptions
{
    /// <summary>How long an attempt is held without a renewal.</summary>
    public TimeSpan Lease { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long an offer waits to be taken.</summary>
    public TimeSpan Offer { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How often leases, pauses and questions that are over are looked for, unless one is known to end earlier.</summary>
    public TimeSpan SweepEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often a task's worker may be lost, without a recorded step between, before the task is taken for the cause.</summary>
    public int MaxLosses { get; init; } = 10;

    /// <summary>How long a question stands when the worker does not say.</summary>
    public TimeSpan ApprovalExpiry { get; init; } = TimeSpan.FromHours(24);

    /// <summary>How long a refresh waits for workers to tell of their servers of tools.</summary>
    public TimeSpan McpPatience { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>How many tasks may be queued before submissions are refused.</summary>
    public long MaxQueuedTasks { get; init; } = 20_000_000;

    /// <summary>How many submissions may wait to be committed before more are refused.</summary>
    public int MaxPendingSubmissions { get; init; } = 10_000;

    /// <summary>How many tasks one claim takes at most.</summary>
    public int MaxClaim { get; init; } = 256;
}
