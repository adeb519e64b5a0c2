using Koda.Protos.Worker.V1;

namespace Koda.Worker.Tools;

/// <summary>Gives work to another agent. The turn waits for it without holding its slot; calls of one answer work side by side.</summary>
/// <param name="agents">The agents that can be called.</param>
internal sealed class SubagentTool(IReadOnlyList<CallableAgent> agents)
    : Tool<SubagentTool.Arguments>(ToolName, Describe(agents), Schema, readOnly: false)
{
    public const string ToolName = "task";

    internal sealed record Arguments(string Agent, string Prompt, string Title = "");

    private const string Description =
        "Gives a piece of work to another agent, which has a context of its own, and gives its answer. Use it for work that needs much reading and whose "
        + "outcome is short, or for several independent pieces at once: call it several times in one answer. The other agent knows nothing of this "
        + "conversation, so the prompt must say all that it needs: the goal, the files, and what to answer with. Agents:";

    private const string Schema =
        """
        {
          "type": "object",
          "properties": {
            "agent": {"type": "string", "minLength": 1, "description": "The agent's id."},
            "prompt": {"type": "string", "minLength": 1, "description": "The work, with all that is needed to do it."},
            "title": {"type": "string", "description": "What it is about, in a few words."}
          },
          "required": ["agent", "prompt"],
          "additionalProperties": false
        }
        """;

    /// <summary>The tool of an assignment; none when it is offered no agents.</summary>
    public static IEnumerable<ITool> For(Assignment assignment) =>
        assignment.Turn is { Subagents: { Count: > 0 } agents } ? [new SubagentTool(agents)] : [];

    protected override string Subject(Arguments arguments, ToolContext context) => arguments.Agent;

    protected override SubagentRequest Subagent(Arguments arguments) =>
        agents.Any(agent => agent.AgentId == arguments.Agent)
            ? new SubagentRequest { AgentId = arguments.Agent, Prompt = arguments.Prompt, Title = arguments.Title }
            : throw new ToolException(
                $"There is no agent '{arguments.Agent}' to call. Use one of: {string.Join(", ", agents.Select(agent => agent.AgentId))}.");

    protected override Task<ToolResult> Run(Arguments arguments, ToolContext context, CancellationToken cancellationToken) =>
        throw new ToolException("The other agent gave no answer.");

    private static string Describe(IReadOnlyList<CallableAgent> agents) =>
        Description + string.Concat(agents.Select(agent => $"\n- {agent.AgentId}: {agent.Description}"));
}
