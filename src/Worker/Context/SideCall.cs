using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;
using Polly;
using Polly.Retry;

namespace Koda.Worker.Context;

/// <summary>Asks the model something that is not part of the conversation, such as a title.</summary>
internal sealed class SideCall
{
    private const string OfflineProvider = "offline";

    private readonly Assignment _assignment;
    private readonly IModelProvider _provider;
    private readonly TimeProvider _time;
    private readonly ResiliencePipeline _retry;

    private SideCall(Assignment assignment, IModelProvider provider, TimeProvider time)
    {
        (_assignment, _provider, _time) = (assignment, provider, time);
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = new PredicateBuilder().Handle<ProviderException>(error => error.Retryable),
            MaxRetryAttempts = 1,
            Delay = TimeSpan.FromSeconds(2),
        }).Build();
    }

    /// <summary>A way to ask the agent's provider. Null: it answers by rule, and there is no point in asking.</summary>
    public static SideCall? Of(Assignment assignment, IModelProvider provider, TimeProvider time) =>
        assignment.Agent.ProviderKind == OfflineProvider ? null : new SideCall(assignment, provider, time);

    /// <returns>The answer, which may be empty, and what it used; null when there is none.</returns>
    public async Task<(string Text, ModelUsage Usage)?> Ask(
        string model, string system, string text, int maxTokens, CancellationToken cancellationToken)
    {
        var request = new ModelRequest
        {
            Model = model,
            System = system,
            Messages = [ModelMessage.User(text)],
            Variant = ReasoningVariant.Least,
            MaxOutputTokens = maxTokens,
        };
        try
        {
            var answer = await _retry.ExecuteAsync(async token => await Measured(request, token), cancellationToken);
            // What was cut or refused says less than a rule does.
            var isWhole = answer?.StopReason is ModelStopReason.EndTurn or ModelStopReason.StopSequence;
            return answer is null ? null : (isWhole ? answer.Message.Text.Trim() : "", answer.Usage);
        }
        catch (ProviderException)
        {
            // What was asked for can be had by rule; the conversation's own calls tell what is wrong with the provider.
            return null;
        }
    }

    private Task<ModelFinished?> Measured(ModelRequest request, CancellationToken cancellationToken) =>
        WorkerTelemetry.AskModel(_assignment, request.Model, _time, () => Answer(request, cancellationToken), answer => answer?.Usage);

    private async Task<ModelFinished?> Answer(ModelRequest request, CancellationToken cancellationToken)
    {
        await foreach (var piece in _provider.Stream(request, cancellationToken))
        {
            if (piece is ModelFinished finished)
                return finished;
        }
        return null;
    }
}
