using System.Text.Json.Nodes;

namespace Koda.Contract.Tests.Journeys;

/// <summary>One answer of a scripted model.</summary>
internal sealed record ModelTurn(string StopReason, Func<JsonObject> MakeDelta)
{
    public const string Model = "gpt-4.1-mini";

    /// <summary>What every answer says that it consumed.</summary>
    public const int InputTokens = 1000;

    /// <inheritdoc cref="InputTokens"/>
    public const int OutputTokens = 100;

    public JsonObject Delta => MakeDelta();

    /// <summary>Says something, which ends the task.</summary>
    public static ModelTurn Say(string text) => new("stop", () => new JsonObject { ["role"] = "assistant", ["content"] = text });

    /// <summary>Calls a tool.</summary>
    public static ModelTurn Call(string callId, string tool, string arguments) => Calls((callId, tool, arguments));

    /// <summary>Calls several tools at once.</summary>
    public static ModelTurn Calls(params (string CallId, string Tool, string Arguments)[] calls) => new("tool_calls", () => new JsonObject
    {
        ["role"] = "assistant",
        ["tool_calls"] = new JsonArray([.. calls.Select((call, index) => new JsonObject
        {
            ["index"] = index,
            ["id"] = call.CallId,
            ["type"] = "function",
            ["function"] = new JsonObject { ["name"] = call.Tool, ["arguments"] = call.Arguments },
        })]),
    });
}
