namespace Koda.Server.Engine.Subagents;

/// <summary>Work for a subagent.</summary>
/// <param name="CallId">The tool call that asks for it. Empty: a person does.</param>
/// <param name="AgentId">The agent that is to do it.</param>
/// <param name="Title">What it is about, in a few words.</param>
/// <param name="Prompt">The work.</param>
internal sealed record SubagentRequest(string CallId, string AgentId, string Title, string Prompt)
{
    /// <summary>The step of the turn that made the call. Ids of calls may come again in a later one.</summary>
    public int Step { get; init; }
}

/// <summary>An agent that can be called.</summary>
internal sealed record SubagentChoice(string AgentId, string Description);

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
