namespace Koda.Server.Engine.Agents;

/// <summary>What submitting and dispatching need to know of an agent.</summary>
internal sealed record PublishedAgent(string Id, AgentState State, int Version, AgentDefinition Definition);
