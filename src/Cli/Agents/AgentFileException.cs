namespace Koda.Cli.Agents;

/// <summary>A fault of an agent file, and where it is.</summary>
internal sealed class AgentFileException(long line, string message) : Exception(message)
{
    /// <summary>The line, from 1.</summary>
    public long Line => line;
}
