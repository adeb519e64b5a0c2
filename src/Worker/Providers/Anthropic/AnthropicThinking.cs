using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Anthropic;

/// <summary>
/// How much a Claude model is to think. From 4.6 on models decide themselves, by an effort; those before take a budget of tokens.
/// </summary>
internal static partial class AnthropicThinking
{
    private const int SmallestBudget = 1024;

    // Thinking counts towards the output, and no model that takes a budget writes more than this.
    private const int LargestOutput = 64_000;
    private const int LargestOutputOfFirstOpus = 32_000;

    private static readonly string[] s_sampling = ["temperature", "top_p", "top_k"];
    private static readonly Version s_firstThinking = new(3, 7);
    private static readonly Version s_firstAdaptive = new(4, 6);

    /// <summary>Puts the variant of a request into its body, over whatever the agent's options say.</summary>
    public static void Write(JsonObject body, ModelRequest request)
    {
        var isClaude = request.Model.Contains("claude", StringComparison.OrdinalIgnoreCase);
        var version = VersionOf(request.Model);
        if (request.Variant.Length == 0 || (version is not null && version < s_firstThinking))
            return;
        if (isClaude && (version is null || version >= s_firstAdaptive))
            WriteEffort(body, request.Variant);
        else if (request.Variant != ReasoningVariant.Least && BeginsWithThought(request.Messages))
            WriteBudget(
                body, request.Variant, isClaude && version < new Version(4, 5) && request.Model.Contains("opus", StringComparison.Ordinal));
    }

    private static void WriteEffort(JsonObject body, string variant)
    {
        if (variant != ReasoningVariant.Adaptive)
        {
            var output = body["output_config"]?.DeepClone() as JsonObject ?? [];
            output["effort"] = variant == ReasoningVariant.Least ? "low" : variant;
            body["output_config"] = output;
        }
        if (variant == ReasoningVariant.Least)
            return;
        // The newest models keep their thoughts to themselves unless they are asked.
        Begin(body, new JsonObject { ["type"] = "adaptive", ["display"] = "summarized" });
        body["max_tokens"] = Math.Min(MaxTokens(body) + ReasoningVariant.Tokens(variant), Math.Max(LargestOutput, MaxTokens(body)));
    }

    private static void WriteBudget(JsonObject body, string variant, bool isFirstOpus)
    {
        var answer = MaxTokens(body);
        var budget = ReasoningVariant.Tokens(variant);
        var total = Math.Min(answer + budget, Math.Max(isFirstOpus ? LargestOutputOfFirstOpus : LargestOutput, answer));
        budget = Math.Min(budget, total - answer < SmallestBudget ? total / 2 : total - answer);
        if (budget < SmallestBudget)
            return;
        body["max_tokens"] = total;
        Begin(body, new JsonObject { ["type"] = "enabled", ["budget_tokens"] = budget });
    }

    // Thinking models choose among their words themselves; the API refuses these beside it.
    private static void Begin(JsonObject body, JsonObject thinking)
    {
        body["thinking"] = thinking;
        foreach (var name in s_sampling)
            body.Remove(name);
    }

    /// <summary>
    /// With a budget, an answer whose calls are being run has to begin with its thought: it has none when another model gave it.
    /// </summary>
    private static bool BeginsWithThought(IReadOnlyList<ModelMessage> messages)
    {
        var last = messages.LastOrDefault(message => message.Role == ModelRole.Assistant);
        return last is null || !last.ToolCalls.Any() || last.Content[0] is ReasoningBlock { Signature: not null };
    }

    private static int MaxTokens(JsonObject body) => body["max_tokens"]?.Deserialize<int>() ?? 0;

    private static Version? VersionOf(string model)
    {
        var match = NameOfModel().Match(model);
        return match.Success ? new Version(Number(match.Groups[1]), match.Groups[2].Success ? Number(match.Groups[2]) : 0) : null;

        static int Number(Group group) => int.Parse(group.ValueSpan, CultureInfo.InvariantCulture);
    }

    // claude-3-7-sonnet-20250219, claude-sonnet-4-20250514, claude-opus-4-6, anthropic/claude-haiku-4.5
    [GeneratedRegex(@"claude-(?:[a-z]+-)?(\d{1,2})(?!\d)(?:[-.](\d{1,2})(?!\d))?", RegexOptions.IgnoreCase)]
    private static partial Regex NameOfModel();
}
