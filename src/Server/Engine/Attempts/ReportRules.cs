using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Runs;

namespace Koda.Server.Engine.Attempts;

/// <summary>
/// What a report must keep to. One that does not is refused before it can spoil the transaction that it would share with others.
/// </summary>
internal static class ReportRules
{
    private const int LongestModel = 256;
    private const int LongestCode = 64;

    // More than any call can use. Sums of a day are shared by all of an agent's tasks, and must hold what a hostile worker adds to them.
    private const long MostUsed = 1_000_000_000;

    private static readonly string[] s_prefixes = ["model.", "tool.", "security.", "context.", "snapshot.", "background."];
    private static readonly string[] s_kinds =
        ["memory.hit", "retrieval.hit", "progress", "guardrail.hit", "skills.attached", "todo.changed", "conversation.titled"];
    private static readonly string[] s_risks = ["low", "medium", "high"];

    /// <exception cref="EngineException">INVALID_REQUEST.</exception>
    public static void Check(AttemptReport report)
    {
        foreach (var reported in report.Events)
            Check(reported);
        if (report is EventBatch { Batch: < 1 })
            throw EngineException.InvalidField("batch", "Batches are numbered from 1.");
        if (report is PauseReport { Pause: var asked })
            Check(asked);
        if (report is AttemptStop { Reason: StopReason.Cooldown, Pause: null })
            throw EngineException.InvalidField("pause", "A stop for a provider's pause says which.");
        if (report is AttemptStop { Pause: { } pause })
            Check(pause);
        if (report is Suspension suspension)
            Check(suspension.Approval);
        if (report is Delegation delegation)
            Check(delegation);
        if (report is Failure { Error.Code: "" })
            throw EngineException.InvalidField("code", "A failure needs a code.");
    }

    private static void Check(ReportedEvent reported)
    {
        if (!s_prefixes.Any(prefix => reported.Kind.StartsWith(prefix, StringComparison.Ordinal)) && !s_kinds.Contains(reported.Kind))
            throw EngineException.InvalidField("kind", $"Workers do not report events of kind '{reported.Kind}'.");
        if (!IsJsonObject(reported.Payload))
            throw EngineException.InvalidField("payload", $"The payload of a {reported.Kind} event is not a JSON object.");
        if (reported.Usage is { } used && !IsCountable(used))
            throw EngineException.InvalidField("usage", $"What a {reported.Kind} event consumed is counted from 0 to {MostUsed}.");
    }

    private static bool IsCountable(UsageTotals used) =>
        new[] { used.InputTokens, used.OutputTokens, used.CachedInputTokens, used.CacheWriteTokens, used.ReasoningTokens, used.CostMicros }
            .All(count => count is >= 0 and <= MostUsed);

    private static void Check(Delegation delegation)
    {
        if (delegation.Subagents.Count == 0
            || delegation.Subagents.DistinctBy(request => request.CallId).Count() != delegation.Subagents.Count)
            throw EngineException.InvalidField("subagents", "A delegation names each of its calls once.");
        if (delegation.Subagents.Any(request => request.CallId.Length == 0 || request.AgentId.Length == 0 || request.Prompt.Length == 0))
            throw EngineException.InvalidField("subagents", "A subagent needs a call, an agent and a prompt.");
    }

    private static void Check(ProviderPause pause)
    {
        if (pause.RetryAfter <= TimeSpan.Zero)
            throw EngineException.InvalidField("retry_after_ms", "A pause is longer than nothing.");
        if (pause.Model.Length > LongestModel
            || !pause.Code.StartsWith("provider.", StringComparison.Ordinal)
            || pause.Code.Length > LongestCode)
            throw EngineException.InvalidField("pause", "The model or the code of a pause is not one.");
    }

    private static void Check(RequestedApproval approval)
    {
        if (!IsJsonObject(approval.Arguments))
            throw EngineException.InvalidField("arguments", "The arguments of an approval are not a JSON object.");
        if (!s_risks.Contains(approval.Risk))
            throw EngineException.InvalidField("risk", "The risk is low, medium or high.");
        if (approval.Digest != Digest(approval.Tool, approval.Arguments))
            throw EngineException.InvalidField("digest", "The digest is not that of the tool and the arguments.");
    }

    /// <summary>What an approval is bound to.</summary>
    public static string Digest(string tool, string arguments) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{tool}\0{arguments}")));

    private static bool IsJsonObject(string text)
    {
        try
        {
            var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(text));
            var isObject = reader.Read() && reader.TokenType == JsonTokenType.StartObject;
            while (reader.Read())
            {
            }
            return isObject;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
