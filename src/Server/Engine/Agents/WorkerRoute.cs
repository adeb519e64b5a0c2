namespace Koda.Server.Engine.Agents;

/// <summary>Which workers may take an agent's tasks: those of a role and with every tag, or one alone. Nothing named: any.</summary>
internal sealed record WorkerRoute
{
    /// <summary>What separates the needs where they are stored as one text. No name and no id holds it.</summary>
    public const char Separator = '\n';

    private const string RoleNeed = "role:";
    private const string TagNeed = "tag:";
    private const string WorkerNeed = "worker:";

    /// <summary>The role that a worker must have. Empty: any.</summary>
    public string Role { get; init; } = "";

    /// <summary>What a worker must have, every one of them.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The only worker, by its id. Empty: any.</summary>
    public string WorkerId { get; init; } = "";

    /// <summary>What a worker must offer, one need a line; equal routes have equal texts. Empty: nothing.</summary>
    public string Needs() => string.Join(Separator, Offers(Role, Tags.Distinct().Order(StringComparer.Ordinal), WorkerId));

    /// <summary>What a worker offers; it may take the tasks whose needs are all among it.</summary>
    /// <param name="role">Its role; empty for none.</param>
    /// <param name="tags">What else it has.</param>
    /// <param name="workerId">Its id; empty where tasks for it alone are not asked for.</param>
    public static IEnumerable<string> Offers(string role, IEnumerable<string> tags, string workerId = "") =>
    [
        .. role.Length > 0 ? [RoleNeed + role] : Array.Empty<string>(),
        .. tags.Select(tag => TagNeed + tag),
        .. workerId.Length > 0 ? [WorkerNeed + workerId] : Array.Empty<string>(),
    ];

    /// <summary>The id of the only worker that a need allows.</summary>
    public static string WorkerOf(string need) => need[WorkerNeed.Length..];
}
