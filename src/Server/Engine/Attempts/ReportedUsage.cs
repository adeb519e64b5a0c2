using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Attempts;

/// <summary>What a reported event adds to the usage of its run.</summary>
internal static class ReportedUsage
{
    public static UsageTotals Of(ReportedEvent reported) => (reported.Usage ?? default) with
    {
        ModelCalls = reported.Kind == "model.finished" && !reported.AskedNoModel ? 1 : 0,
        ToolCalls = reported.Kind == "tool.finished" ? 1 : 0,
    };

    /// <summary>The usage as the event stores it; null when there is none.</summary>
    public static string? Json(ReportedEvent reported) => reported.Usage is not { } used
        ? null
        : EngineJson.Write(new
        {
            used.InputTokens,
            used.OutputTokens,
            used.CachedInputTokens,
            used.CacheWriteTokens,
            used.ReasoningTokens,
            used.CostMicros,
        });
}
