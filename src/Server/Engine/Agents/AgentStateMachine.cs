using System.Collections.Frozen;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Agents;

/// <summary>The one table of an agent's states. A trigger that leads to the same state changes nothing and is fine.</summary>
internal static class AgentStateMachine
{
    private static readonly FrozenDictionary<(AgentState From, AgentTrigger Trigger), AgentState> s_transitions =
        new Dictionary<(AgentState, AgentTrigger), AgentState>
        {
            [(AgentState.Draft, AgentTrigger.Publish)] = AgentState.Active,
            [(AgentState.Draft, AgentTrigger.Delete)] = AgentState.Deleted,

            [(AgentState.Active, AgentTrigger.Publish)] = AgentState.Active,
            [(AgentState.Active, AgentTrigger.Activate)] = AgentState.Active,
            [(AgentState.Active, AgentTrigger.Pause)] = AgentState.Paused,
            [(AgentState.Active, AgentTrigger.Archive)] = AgentState.Archived,
            [(AgentState.Active, AgentTrigger.Delete)] = AgentState.Deleted,

            [(AgentState.Paused, AgentTrigger.Publish)] = AgentState.Paused,
            [(AgentState.Paused, AgentTrigger.Activate)] = AgentState.Active,
            [(AgentState.Paused, AgentTrigger.Pause)] = AgentState.Paused,
            [(AgentState.Paused, AgentTrigger.Archive)] = AgentState.Archived,
            [(AgentState.Paused, AgentTrigger.Delete)] = AgentState.Deleted,

            [(AgentState.Archived, AgentTrigger.Activate)] = AgentState.Active,
            [(AgentState.Archived, AgentTrigger.Archive)] = AgentState.Archived,
            [(AgentState.Archived, AgentTrigger.Delete)] = AgentState.Deleted,
        }.ToFrozenDictionary();

    /// <exception cref="EngineException">AGENT_STATE_CONFLICT.</exception>
    public static AgentState Next(AgentState from, AgentTrigger trigger) => s_transitions.TryGetValue((from, trigger), out var to)
        ? to
        : throw new EngineException(
            ErrorReason.AgentStateConflict,
            $"{(from == AgentState.Draft ? "An agent that was never published" : $"An agent that is {EnumText<AgentState>.Of(from)}")} cannot be {Participle(trigger)}.",
            new Dictionary<string, string> { ["state"] = EnumText<AgentState>.Of(from) });

    private static string Participle(AgentTrigger trigger) => trigger switch
    {
        AgentTrigger.Publish => "published",
        AgentTrigger.Activate => "activated",
        AgentTrigger.Pause => "paused",
        AgentTrigger.Archive => "archived",
        _ => "deleted",
    };
}
