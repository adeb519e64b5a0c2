using System.Text.Json;
using Koda.Server.Engine.Agents;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>
/// The stream's view of subagents: they are calls of the tool <c>task</c>. One that a person started is a call with the id of its session.
/// </summary>
internal static class SubagentEventViews
{
    public static void Started(Wire.SessionEvent view, JsonElement started)
    {
        if (started.Text("call_id") is { Length: > 0 } call)
        {
            view.ToolOutput = new()
            {
                Tool = AgentRules.SubagentTool,
                CallId = call,
                Output = $"session {started.Text("conversation_id")}\n",
            };
            return;
        }
        view.ToolStart = new()
        {
            Tool = AgentRules.SubagentTool,
            CallId = started.Text("conversation_id"),
            Input = Engine.EngineJson.Write(
                new { Agent = started.Text("agent_id"), Title = started.Text("title"), Prompt = started.Text("prompt") }),
        };
    }

    /// <returns>False: the end of the call tells it.</returns>
    public static bool Finished(Wire.SessionEvent view, JsonElement finished)
    {
        if (finished.Text("call_id").Length > 0)
            return false;
        view.ToolEnd = new()
        {
            Tool = AgentRules.SubagentTool,
            CallId = finished.Text("conversation_id"),
            Output = finished.Text("result"),
        };
        if (finished.Text("state") != "succeeded")
            view.ToolEnd.Error = finished.Text("state");
        return true;
    }
}
