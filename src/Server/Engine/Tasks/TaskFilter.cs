namespace Koda.Server.Engine.Tasks;

/// <summary>Which tasks to list. Unset parts match every task; no states match every state.</summary>
internal sealed record TaskFilter
{
    public string AgentId { get; init; } = "";
    public IReadOnlyList<TaskState> States { get; init; } = [];

    /// <summary>Only tasks created at or after this time.</summary>
    public DateTimeOffset? CreatedAfter { get; init; }

    /// <summary>Only tasks created before this time.</summary>
    public DateTimeOffset? CreatedBefore { get; init; }

    /// <summary>Only tasks that failed for good and were not looked at.</summary>
    public bool DeadLetters { get; init; }
}
