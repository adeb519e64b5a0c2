namespace Koda.Server.Engine.Agents;

/// <summary>A published version, without its definition.</summary>
internal sealed record AgentVersion(int Version, DateTimeOffset PublishedAt, string PublishedBy, string Summary);
