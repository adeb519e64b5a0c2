namespace Koda.Server.Engine.Attempts;

/// <summary>An attempt whose task's row is locked, with what this transaction decided for it.</summary>
internal sealed class LockedAttempt
{
    public required Guid Id { get; init; }
    public required Guid TaskId { get; init; }
    public required int Number { get; init; }
    public required string WorkerId { get; init; }
    public required bool Accepted { get; init; }

    /// <summary>The lease, or the time to take the offer, is over by the database's clock.</summary>
    public required bool Expired { get; init; }

    public required AttemptOutcome? Outcome { get; set; }

    /// <summary>The number of the last recorded batch of events.</summary>
    public required long LastBatch { get; set; }

    /// <summary>The sequence number of the last event of that batch.</summary>
    public required long LastSeq { get; set; }

    public bool Changed { get; set; }

    public bool IsOpen => Outcome is null;

    public AttemptKey Key => new(Id, Number);

    public void Close(AttemptOutcome outcome)
    {
        Outcome = outcome;
        Changed = true;
    }
}
