using System.Text.Json;
using Koda.Providers;
using Koda.Server.Engine;
using Koda.Server.Engine.Runs;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>The stream's view of how turns end.</summary>
internal static class TurnEndViews
{
    public static bool Fill(Wire.SessionEvent view, JsonElement ended)
    {
        if (ended.TryGetProperty("error", out var error))
            view.Error = Failure(error);
        else
            view.Done = Done(ended);
        return true;
    }

    public static Wire.TurnFailure Failure(JsonElement error) => new() { Code = error.Text("code"), Message = error.Text("message") };

    private static Wire.TurnDone Done(JsonElement ended)
    {
        var usage = EngineJson.Read<UsageTotals>(ended.Raw("usage", "{}"));
        return new Wire.TurnDone
        {
            Usage = SessionViews.From(usage),
            ContextSize = ended.Number("context_size"),
            MaxInputTokens = ended.Number("max_input_tokens"),
            MaxOutputTokens = ended.Number("max_output_tokens"),
            SessionCost = Dollars.Of(ended.Number("session_cost_micros")),
            SubagentCost = Dollars.Of(ended.Number("subagent_cost_micros")),
            BudgetWarn = ended.TryGetProperty("budget_warn", out var warn) && warn.ValueKind == JsonValueKind.True,
            CostSnapshot = usage.CostMicros,
        };
    }
}
