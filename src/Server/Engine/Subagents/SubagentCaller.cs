namespace Koda.Server.Engine.Subagents;

/// <summary>Who calls subagents, and on which terms they work.</summary>
/// <param name="ConversationId">The conversation that they work for.</param>
/// <param name="TaskId">The turn that waits for them. Null: nobody waits.</param>
/// <param name="RunId">The run that the parent's events are told for.</param>
/// <param name="Principal">Who is behind it.</param>
internal sealed record SubagentCaller(Guid ConversationId, Guid? TaskId, Guid RunId, string Principal)
{
    /// <summary>Nobody is there to answer.</summary>
    public bool Unattended { get; init; }

    /// <summary>What a subagent may do at most without being asked: the rules of the agent that calls it.</summary>
    public IReadOnlyList<Agents.PermissionRule> Ceiling { get; init; } = [];
}
