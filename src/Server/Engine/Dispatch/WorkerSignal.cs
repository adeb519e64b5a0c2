using Koda.Server.Engine.Attempts;

namespace Koda.Server.Engine.Dispatch;

/// <summary>What the dispatcher tells a worker. Everything that reports a change is sent after its commit.</summary>
internal abstract record WorkerSignal;

internal sealed record Offered(Assignment Assignment) : WorkerSignal;

internal sealed record LeaseRenewed(AttemptKey Attempt, DateTimeOffset ExpiresAt) : WorkerSignal;

/// <summary>Leases cannot be renewed now, and are not lost for that.</summary>
internal sealed record LeasesHeld : WorkerSignal;

internal sealed record EventsRecorded(AttemptKey Attempt, long Batch, long LastSeq) : WorkerSignal;

/// <summary>A completion, failure, suspension or stop is committed.</summary>
internal sealed record AttemptClosed(AttemptKey Attempt) : WorkerSignal;

/// <summary>The worker does not hold the attempt: <c>lease_expired</c>, <c>superseded</c>, <c>task_ended</c> or <c>unknown</c>.</summary>
internal sealed record AttemptLost(AttemptKey Attempt, string Reason) : WorkerSignal;

internal sealed record StopRequested(AttemptKey Attempt, StopReason Reason) : WorkerSignal;

/// <summary>A task that the worker does not run was cancelled.</summary>
internal sealed record TaskEnded(Guid TaskId) : WorkerSignal;

/// <summary>The worker is to look at its servers of tools again, and to tell.</summary>
internal sealed record McpRefreshRequested(long Number) : WorkerSignal;

/// <summary>The server leaves: finish what is held, take no more.</summary>
internal sealed record DrainRequested : WorkerSignal;
