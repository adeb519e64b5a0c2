using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Conversations;

/// <summary>A coding session: a conversation with an agent about one workspace. Its stream has its id.</summary>
internal sealed record ConversationRecord
{
    public required Guid Id { get; init; }

    /// <summary>Empty until a turn gave one.</summary>
    public required string Title { get; init; }

    public required string AgentId { get; init; }

    /// <summary>The connection and the model that are asked. Empty: the agent's own.</summary>
    public required ModelChoice Model { get; init; }

    /// <summary>The directory at the worker. Empty: the worker's default.</summary>
    public required string Workspace { get; init; }

    /// <summary>The conversation that this one was branched from, unless that one is deleted.</summary>
    public required Guid? ParentId { get; init; }

    /// <summary>The event of the parent that was copied last.</summary>
    public required long? BranchSeq { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public required UsageTotals Usage { get; init; }

    /// <summary>What its subagents cost.</summary>
    public required long SubagentCostMicros { get; init; }

    /// <summary>It is the work of a subagent of <see cref="ParentId"/>.</summary>
    public required bool IsSubagent { get; init; }

    /// <summary>Input tokens of the last model call: how full the context is.</summary>
    public required long LastInputTokens { get; init; }

    public required int QueuedMessages { get; init; }

    /// <summary>The newest turn. Null before the first one, and in a branch.</summary>
    public required TurnRecord? Turn { get; init; }
}

/// <summary>A model at a connection. Both may be empty.</summary>
internal sealed record ModelChoice(string Provider, string Model)
{
    /// <summary>No choice.</summary>
    public static readonly ModelChoice None = new("", "");

    /// <summary>As clients name it: <c>connection/model</c>, or the model alone.</summary>
    public string Id => Provider.Length == 0 ? Model : $"{Provider}/{Model}";
}
