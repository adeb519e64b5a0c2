namespace Koda.Server.Engine.Tasks;

/// <summary>What a task overrides of its agent's definition, and where it works. Empty and 0 mean the agent's.</summary>
internal sealed record TaskContext
{
    public static readonly TaskContext None = new();

    public string Model { get; init; } = "";

    /// <summary>A provider connection's id.</summary>
    public string Provider { get; init; } = "";

    public string MemoryScope { get; init; } = "";

    /// <summary>Skills attached besides the agent's.</summary>
    public IReadOnlyList<string> Skills { get; init; } = [];

    /// <summary>The longest time that an attempt may run.</summary>
    public int TimeoutSeconds { get; init; }

    /// <summary>The absolute directory at the worker. Empty: the worker's default.</summary>
    public string Workspace { get; init; } = "";

    public long MaxCostMicros { get; init; }

    /// <summary>Set when the task is a turn of a conversation.</summary>
    public TurnContext? Turn { get; init; }

    /// <summary>Set when the task is work on a workspace that needs no model.</summary>
    public OperationContext? Operation { get; init; }
}
