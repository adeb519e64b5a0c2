using System.Runtime.CompilerServices;
using Koda.Worker.Providers;

namespace Koda.Worker.Tests.Loop;

/// <summary>A model that answers by the number of answers that the conversation holds already, and counts what it is asked.</summary>
internal sealed class ScriptedModel(params Func<ModelRequest, ModelMessage>[] answers) : IModelProvider
{
    private readonly List<ModelRequest> _requests = [];

    /// <summary>Failures to give before the next answers, in order.</summary>
    public Queue<ProviderException> Failures { get; } = new();

    /// <summary>What each answer uses.</summary>
    public ModelUsage Usage { get; set; } = new() { InputTokens = 10, OutputTokens = 5, CostMicros = 7 };

    public IReadOnlyList<ModelRequest> Requests => _requests;

    public static Func<ModelRequest, ModelMessage> Says(string text) => _ => ModelMessage.Assistant(new TextBlock(text));

    public static Func<ModelRequest, ModelMessage> Calls(params (string Id, string Tool, string Arguments)[] calls) =>
        _ => ModelMessage.Assistant([.. calls.Select(call => new ToolCallBlock(call.Id, call.Tool, call.Arguments))]);

    public async IAsyncEnumerable<ModelEvent> Stream(ModelRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        _requests.Add(request with { Messages = [.. request.Messages] });
        if (Failures.TryDequeue(out var failure))
            throw failure;
        var step = request.Messages.Count(message => message.Role == ModelRole.Assistant);
        var answer = answers[Math.Min(step, answers.Length - 1)](request);
        foreach (var text in answer.Content.OfType<TextBlock>())
            yield return new TextDelta(text.Text);
        yield return new ModelFinished(
            answer, answer.ToolCalls.Any() ? ModelStopReason.ToolUse : ModelStopReason.EndTurn, Usage, "scripted-1");
    }
}
