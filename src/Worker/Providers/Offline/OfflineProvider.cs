using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Koda.Worker.Providers.Offline.Script;

namespace Koda.Worker.Providers.Offline;

/// <summary>Answers by rules or from a script, with the same tools as any model, deterministically, without a key or a network.</summary>
internal sealed class OfflineProvider(IOfflinePlan plan) : IModelProvider
{
    /// <summary>What every last answer says.</summary>
    public const string Note = "No language model was used:";

    private const int PieceLength = 80;

    // The arguments are shown to people: patterns keep their quotes and plus signs.
    private static readonly JsonSerializerOptions s_readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="options"><c>script</c> plays a script, <c>rules: "security"</c> audits; anything else explores.</param>
    /// <exception cref="ProviderException">An option is not usable.</exception>
    public static OfflineProvider Create(JsonObject? options)
    {
        if (options?["script"] is { } script)
            return new OfflineProvider(new ScriptPlan(ScriptReader.Read(script)));
        return options?["rules"]?.ToString() switch
        {
            null => new OfflineProvider(new ExplorerPlan()),
            "security" => new OfflineProvider(new AuditPlan()),
            var rules => throw new ProviderException(
                ProviderErrorCode.InvalidRequest, $"There is no offline rule pack '{rules}'; there is 'security'.", retryable: false),
        };
    }

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var conversation = new OfflineConversation(request);
        var step = await plan.Next(conversation, cancellationToken);
        var content = new List<ContentBlock>();
        if (step.Reasoning.Length > 0)
        {
            content.Add(new ReasoningBlock(step.Reasoning));
            yield return new ReasoningDelta(step.Reasoning);
        }

        if (step.Text.Length > 0)
            content.Add(new TextBlock(step.Text));
        foreach (var piece in step.Text.Chunk(PieceLength))
        {
            if (step.PieceDelay > TimeSpan.Zero)
                await Task.Delay(step.PieceDelay, cancellationToken);
            yield return new TextDelta(new string(piece));
        }

        foreach (var (index, call) in step.Calls.Index())
        {
            // Unique within the conversation, and the same whenever the same conversation is asked again.
            var block = new ToolCallBlock(
                $"offline_{conversation.MessageCount}_{index}", call.Tool, call.Arguments.ToJsonString(s_readable));
            content.Add(block);
            yield return new ToolInputDelta(block.CallId, block.Tool, block.Arguments);
        }

        var stopReason = step.Calls.Count > 0 ? ModelStopReason.ToolUse : ModelStopReason.EndTurn;
        yield return new ModelFinished(
            new ModelMessage(ModelRole.Assistant, content), stopReason, step.Usage with { NoModel = true }, plan.Name);
    }
}
