using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Session;

namespace Koda.Worker.Loop;

/// <summary>Asks a model once, and records the question and the answer.</summary>
internal sealed class ModelTry(
    Assignment assignment, IModelProvider provider, IReadOnlyList<ToolDefinition> tools, Conversation conversation, Recorder recorder,
    IAttemptReports reports, TimeProvider time, PromptImages? images)
{
    private readonly AgentSpec _agent = assignment.Agent;
    private readonly bool _isTurn = assignment.Turn is not null;
    private readonly JsonObject? _options =
        assignment.Agent.ProviderOptions.Length == 0 ? null : JsonNode.Parse(assignment.Agent.ProviderOptions)?.AsObject();

    private long _started = time.GetTimestamp();

    private bool HasBudget => assignment.Turn?.BudgetMicros > 0 || _agent.Limits?.MaxCostMicros > 0;

    /// <summary>How long ago the last try began, in milliseconds.</summary>
    public long ElapsedMs => (long)time.GetElapsedTime(_started).TotalMilliseconds;

    /// <exception cref="ProviderException">The model gave no answer.</exception>
    public async Task Run(string model, NextCall next, CancellationToken cancellationToken)
    {
        var step = conversation.Step + 1;
        reports.Progress($"asking {model}, step {step}");
        recorder.Record(Started(step, model, next));
        _started = time.GetTimestamp();
        var (answer, firstToken) = await WorkerTelemetry.AskModel(
            assignment,
            model,
            time,
            () => Stream(step, Request(model, next), next.Answering, cancellationToken),
            streamed => streamed.Answer.Usage);
        var mayCall = next.MayCallTools && answer.StopReason != ModelStopReason.Refusal;
        var message = mayCall ? ArgumentReading.Of(answer.Message, tools) : WithoutCalls(answer.Message);
        if (answer.StopReason == ModelStopReason.ContextFull && !message.ToolCalls.Any())
            throw new ProviderException(
                ProviderErrorCode.ContextTooLong, "The conversation left no room for the whole answer, so it was cut.", retryable: false);
        var finished = new Journal.ModelFinished(
            step, ModelMessageJson.Write(message), answer.StopReason, ElapsedMs, firstToken, Dollars.Exactly(answer.Usage.CostMicros));
        recorder.Record(finished, answer.Usage);
        if (answer.Usage.PriceUnknown && HasBudget && !conversation.PriceUnknownTold)
            recorder.Record(
                new GuardrailHit(
                    GuardrailHit.PriceUnknown, $"Nobody knows what {model} costs, so it counts as free: no budget can stop it."));
    }

    private async Task<(Providers.ModelFinished Answer, long FirstTokenMs)> Stream(
        int step, ModelRequest request, Action<string> answering, CancellationToken cancellationToken)
    {
        using var events = new AnswerEvents(recorder, step, _isTurn, time);
        var runaway = _isTurn ? new RunawayInput(request.Model, provider) : null;
        long? firstToken = null;
        await foreach (var next in provider.Stream(request, cancellationToken))
        {
            if (firstToken is null)
                answering(request.Model);
            firstToken ??= ElapsedMs;
            events.Add(next);
            if (next is Providers.ModelFinished finished)
                return (finished, firstToken.Value);
            if (runaway?.Add(next) is { } cut)
            {
                recorder.Report(new GuardrailHit(GuardrailHit.ToolInput, "The arguments of a call did not end, so the answer was cut."));
                return (cut, firstToken.Value);
            }
            await reports.Room(cancellationToken);
        }
        throw new ProviderException(ProviderErrorCode.StreamCut, "The provider's stream ended without an answer.", retryable: true);
    }

    private ModelRequest Request(string model, NextCall next) => new()
    {
        Model = model,
        System = _agent.SystemPrompt,
        Messages = images?.Fill(conversation.Messages, model) ?? conversation.Messages,
        Question = conversation.TurnStart,
        Tools = tools,
        MayCallTools = next.MayCallTools,
        Variant = assignment.Turn?.Variant ?? "",
        MaxOutputTokens = _agent.Limits?.MaxOutputTokens ?? 0,
        ContextTokens = ModelWindow.Of(assignment, model),
        Options = _options,
    };

    private ModelStarted Started(int step, string model, NextCall next)
    {
        var written = new JsonArray([.. tools.Select(tool => new JsonObject
        {
            ["name"] = tool.Name, ["description"] = tool.Description, ["input_schema"] = tool.InputSchema.DeepClone(),
        })]);
        IEnumerable<ModelMessage> said = [.. next.Said, .. conversation.Notes.Select(ModelMessage.User)];
        if (conversation.Messages.Count == 0)
            said = said.Prepend(ModelMessage.User(assignment.Query));
        var messages = new JsonArray([.. said.Select(ModelMessageJson.Write)]);
        return new ModelStarted(
            step, assignment.Fallback(model)?.ProviderKind ?? _agent.ProviderKind, model,
            messages,
            PromptDigest.Of(_agent.SystemPrompt, written, conversation.Messages, messages),
            conversation.System == _agent.SystemPrompt ? null : _agent.SystemPrompt,
            conversation.Tools == written.ToJsonString() ? null : written);
    }

    // A model that calls tools all the same has said nothing else than what stands beside the calls.
    private static ModelMessage WithoutCalls(ModelMessage message) =>
        message with { Content = [.. message.Content.Where(block => block is not ToolCallBlock)] };
}
