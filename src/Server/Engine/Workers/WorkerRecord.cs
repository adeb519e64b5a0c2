using Koda.Server.Engine.Agents;

namespace Koda.Server.Engine.Workers;

/// <summary>A connected worker.</summary>
internal sealed record WorkerRecord
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required string Version { get; init; }
    public required int Slots { get; init; }

    /// <summary>The agents that it runs. Empty: any.</summary>
    public required IReadOnlyList<string> AgentIds { get; init; }

    /// <summary>The directories below which it opens workspaces. Empty: any.</summary>
    public required IReadOnlyList<string> WorkspaceRoots { get; init; }

    public required WorkerCommands Commands { get; init; }
    public required DateTimeOffset ConnectedAt { get; init; }
    public HeldWork Holds { get; init; } = HeldWork.None;

    /// <summary>What it is for. Empty: nothing in particular.</summary>
    public required string Role { get; init; }

    /// <summary>What it has.</summary>
    public required IReadOnlyList<string> Tags { get; init; }

    /// <summary>Whether it could take a task of an agent in a workspace. Empty: its own.</summary>
    public bool Takes(string agentId, WorkerRoute? route, string workspace) =>
        (AgentIds.Count == 0 || AgentIds.Contains(agentId))
        && (route is null || route.Needs().Split(WorkerRoute.Separator).All(WorkerRoute.Offers(Role, Tags, Id).Contains))
        && (
            workspace.Length == 0
            || WorkspaceRoots.Count == 0
            || WorkspaceRoots.Any(root => workspace == root || workspace.StartsWith(root.TrimEnd('/') + "/", StringComparison.Ordinal)));
}

/// <summary>How a worker runs commands.</summary>
/// <param name="Confined">Whether they run in a sandbox. Null: it did not say.</param>
/// <param name="Missing">Why they do not. Empty: they do.</param>
/// <param name="Accepted">Whether it was started to run those of tasks by the rules alone all the same.</param>
internal sealed record WorkerCommands(bool? Confined, string Missing, bool Accepted)
{
    /// <summary>A worker that does not know the question.</summary>
    public static WorkerCommands Unknown { get; } = new(Confined: null, "", Accepted: false);
}

/// <summary>What a worker works on.</summary>
/// <param name="Tasks">The tasks, in the order in which it took them.</param>
/// <param name="Turns">How many turns of sessions, and other work for them.</param>
internal sealed record HeldWork(IReadOnlyList<Guid> Tasks, int Turns)
{
    public static HeldWork None { get; } = new([], 0);
}
