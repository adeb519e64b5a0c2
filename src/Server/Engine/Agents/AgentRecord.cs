namespace Koda.Server.Engine.Agents;

/// <summary>An agent with its published definition and its present load.</summary>
internal sealed record AgentRecord(
    string Id,
    AgentState State,
    AgentDefinition Definition,
    int? PublishedVersion,
    DateTimeOffset? PublishedAt,
    long QueuedTasks,
    long RunningTasks,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt);
