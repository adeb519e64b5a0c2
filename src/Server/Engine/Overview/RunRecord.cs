using Koda.Server.Engine.Runs;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Overview;

/// <summary>A run as an operator sees it, of whichever kind.</summary>
internal sealed record RunRecord
{
    public required Guid Id { get; init; }

    public required RunKind Kind { get; init; }

    public required Guid? ParentId { get; init; }

    /// <summary>Its place among the runs of its parent, from 1.</summary>
    public required int Number { get; init; }

    /// <summary>The stream that tells of it: a task's own, or its conversation's.</summary>
    public required Guid StreamId { get; init; }

    public required string AgentId { get; init; }

    public required int AgentVersion { get; init; }

    public required string Workspace { get; init; }

    /// <summary>The conversation's title, or how the task begins.</summary>
    public required string Title { get; init; }

    public required TaskState State { get; init; }

    /// <summary>It waits for a person's answer.</summary>
    public required bool AwaitsApproval { get; init; }

    public required TaskFault? Error { get; init; }

    /// <summary>What it consumed; of a root, with all below it.</summary>
    public required UsageTotals Usage { get; init; }

    public required int Descendants { get; init; }

    public required DateTime CreatedAt { get; init; }

    public required DateTime? StartedAt { get; init; }

    public required DateTime UpdatedAt { get; init; }

    public required DateTime? FinishedAt { get; init; }
}

/// <summary>Which runs are asked for. Empty and null mean any.</summary>
internal sealed record RunFilter
{
    public RunKind? Kind { get; init; }

    public TaskState? State { get; init; }

    /// <summary>Of those that wait: for a person, or for runs that they have started.</summary>
    public bool? AwaitsApproval { get; init; }

    public string AgentId { get; init; } = "";

    public DateTime? Since { get; init; }

    public DateTime? Until { get; init; }

    /// <summary>What a cursor is bound to.</summary>
    public string Fingerprint => $"runs {Kind} {State} {AwaitsApproval} {AgentId} {Since:O} {Until:O}";
}
