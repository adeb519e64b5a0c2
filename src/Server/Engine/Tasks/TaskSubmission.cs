namespace Koda.Server.Engine.Tasks;

/// <summary>A task to be done.</summary>
internal sealed record TaskSubmission
{
    public required string AgentId { get; init; }

    /// <summary>What the agent is asked.</summary>
    public required string Query { get; init; }

    /// <summary>The submitter's annotations, a JSON object.</summary>
    public string Metadata { get; init; } = "{}";

    public TaskContext Context { get; init; } = TaskContext.None;

    /// <summary>-100 to 100; larger numbers run first.</summary>
    public int Priority { get; init; }

    /// <summary>How many attempts may fail before the task does. 0: the agent's number.</summary>
    public int MaxAttempts { get; init; }

    /// <summary>The id of who submits it.</summary>
    public required string Principal { get; init; }

    /// <summary>The W3C traceparent of the submitting call. Empty: none.</summary>
    public string Traceparent { get; init; } = "";
}
