using System.CommandLine;

namespace Koda.Cli.Agents;

/// <summary>The agent that a command is about.</summary>
internal static class AgentArgument
{
    public static Argument<string> Create(string name = "agent") => new(name) { Description = "The agent's id, whatever its case." };
}
