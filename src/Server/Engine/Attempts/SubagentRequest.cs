namespace Koda.Server.Engine.Attempts;

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
