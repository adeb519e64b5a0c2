using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The runtime API's view of agents.</summary>
internal static class AgentViews
{
    public static Wire.Agent From(AgentRecord agent)
    {
        AgentDefinition definition = agent.Definition;
        return new Wire.Agent
        {
            Id = agent.Id,
            Name = definition.Name.Length > 0 ? definition.Name : agent.Id,
            Description = definition.Description,
            State = State(agent.State),
            Model = definition.Model,
            Provider = definition.Provider?.Kind ?? "",
            Tools = { definition.Tools },
            Skills = { definition.Skills },
            MemoryScope = definition.MemoryScope,
            MaxConcurrentTasks = definition.MaxConcurrentTasks,
            QueuedTasks = agent.QueuedTasks,
            RunningTasks = agent.RunningTasks,
            Publication = agent is { PublishedVersion: { } version, PublishedAt: { } at }
                ? new Wire.Publication { Version = version, PublishedAt = Timestamp.FromDateTimeOffset(at) }
                : null,
            CreatedAt = Timestamp.FromDateTimeOffset(agent.CreatedAt),
            UpdatedAt = Timestamp.FromDateTimeOffset(agent.UpdatedAt),
        };
    }

    public static Wire.AgentState State(AgentState state) => state switch
    {
        AgentState.Active => Wire.AgentState.Active,
        AgentState.Paused => Wire.AgentState.Paused,
        AgentState.Draft => Wire.AgentState.Draft,
        AgentState.Archived => Wire.AgentState.Archived,
        _ => throw new ArgumentOutOfRangeException(nameof(state), state, "An agent state without a name."),
    };

    /// <summary>The engine's state for a filter; null for any.</summary>
    public static AgentState? Filter(Wire.AgentState state) => state switch
    {
        Wire.AgentState.Active => AgentState.Active,
        Wire.AgentState.Paused => AgentState.Paused,
        Wire.AgentState.Draft => AgentState.Draft,
        Wire.AgentState.Archived => AgentState.Archived,
        _ => null,
    };
}
