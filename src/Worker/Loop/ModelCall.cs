using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Polly;
using Polly.Retry;

namespace Koda.Worker.Loop;

/// <summary>
/// Gets the next answer: asks again when the provider fails in a way that passes, and in turns of conversations asks the next model when
/// one stays away.
/// </summary>
internal sealed class ModelCall
{
    // Servers that have one model only take a request for none.
    private const string Unnamed = " Neither the agent nor its connection names a model: koda providers default PROVIDER --model MODEL";

    private static readonly TimeSpan s_shortestPause = TimeSpan.FromSeconds(1);

    private readonly ModelTry _ask;
    private readonly Conversation _conversation;
    private readonly Recorder _recorder;
    private readonly IAttemptReports _reports;
    private readonly TimeSpan _longestPause;
    private readonly ResiliencePipeline _retry;
    private readonly IReadOnlyList<ModelRoute> _models;
    private int _current;
    private int _failures;

    public ModelCall(
        Assignment assignment, IModelProvider provider, IReadOnlyList<ToolDefinition> tools, Conversation conversation, Recorder recorder,
        IAttemptReports reports, TimeProvider time, TimeSpan? longestPause = null, PromptImages? images = null)
    {
        _longestPause = longestPause ?? WorkerOptions.UsualLongestPause;
        (_conversation, _recorder, _reports) = (conversation, recorder, reports);
        _ask = new ModelTry(assignment, provider, tools, conversation, recorder, reports, time, images);
        _models = ModelRoute.Of(assignment);
        // What answered in this turn goes on answering: the one before it may still be away.
        _current = Math.Max(0, _models.ToList().FindIndex(model => model.Name == conversation.AnsweredBy));
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(Retry(assignment.Turn is not null)).Build();
    }

    /// <returns>Null when the answer is recorded and committed, otherwise how the attempt ends.</returns>
    public async Task<AttemptOutcome?> Run(NextCall next, CancellationToken cancellationToken)
    {
        _failures = 0;
        while (true)
        {
            try
            {
                await _retry.ExecuteAsync(async token => await Ask(token), cancellationToken);
                await _recorder.Committed(cancellationToken);
                return null;
            }
            catch (ProviderException error)
            {
                var pause = IsWaitedFor(error) ? PauseOf(error) : null;
                var other = pause is null ? Next(error) : null;
                Record(error, delay: null, other);
                if (pause is not null)
                    return new AttemptOutcome.CooledDown(pause);
                if (other is null)
                    return new AttemptOutcome.Failed(error.Code, error.Message, error.Retryable, error.RetryAfter);
                _current = other.Value;
            }
        }

        async Task Ask(CancellationToken token)
        {
            var call = next;
            // The first try records what is said, and the others find it in the conversation.
            next = next with { Said = [] };
            try
            {
                await _ask.Run(_models[_current].Name, call, token);
            }
            catch (ProviderException refusal) when (refusal.Code == ProviderErrorCode.InvalidRequest && _models[_current].Model.Length == 0)
            {
                throw new ProviderException(refusal.Code, refusal.Message + Unnamed, retryable: false, innerException: refusal);
            }
        }
    }

    // A person waits for a turn and would have to begin again; a task is queued again by itself.
    private RetryStrategyOptions Retry(bool isTurn) =>
        new()
        {
            ShouldHandle = new PredicateBuilder().Handle<ProviderException>(error => error.Retryable && !IsLong(error)),
            MaxRetryAttempts = isTurn ? 10 : 4,
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            Delay = TimeSpan.FromSeconds(isTurn ? 2 : 1),
            MaxDelay = TimeSpan.FromSeconds(30),
            // A pause of nothing, named again and again, would use up all tries within a blink.
            DelayGenerator = retry =>
                ValueTask.FromResult(
                    retry.Outcome.Exception is ProviderException { RetryAfter: { } asked }
                    && (retry.AttemptNumber == 0 || asked >= s_shortestPause)
                        ? asked
                        : (TimeSpan?)null),
            OnRetry = retry =>
            {
                Record((ProviderException)retry.Outcome.Exception!, retry.RetryDelay);
                return ValueTask.CompletedTask;
            },
        };

    /// <summary>A provider that asks for a longer pause gets it between attempts, where it costs no slot.</summary>
    private bool IsLong(ProviderException error) => error.RetryAfter > _longestPause;

    /// <summary>The task is held back until the pause is over, which is known of its own connection only.</summary>
    private bool IsWaitedFor(ProviderException error) => error.Retryable && IsLong(error) && _models[_current].Connection.Length == 0;

    /// <summary>The model to ask after a failure. Null: none would answer.</summary>
    private int? Next(ProviderException error)
    {
        if (error.Code == ProviderErrorCode.ContextTooLong)
            return null;
        for (var i = _current + 1; i < _models.Count; i++)
        {
            // A refused credential, or one that has used up its limit, is the same for every model of its connection.
            if (error.Code != ProviderErrorCode.CredentialInvalid && !error.ConcernsKey
                || _models[i].Connection != _models[_current].Connection)
                return i;
        }
        return null;
    }

    /// <summary>What others that use the same model need to know. Null: nothing.</summary>
    private ProviderPause? PauseOf(ProviderException error) =>
        error is { Code: ProviderErrorCode.RateLimited or ProviderErrorCode.Overloaded, RetryAfter: { } wait }
        && wait >= TimeSpan.FromMilliseconds(1)
            ? new ProviderPause
            {
                Model = error.ConcernsKey ? "" : _models[_current].Model,
                Connection = _models[_current].Connection,
                RetryAfterMs = (long)wait.TotalMilliseconds,
                Code = error.Code,
            }
            : null;

    private void Record(ProviderException error, TimeSpan? delay, int? next = null)
    {
        _recorder.Report(
            new ModelFailed(
                _conversation.Step + 1,
                new JournalError(error.Code, error.Message),
                error.Retryable,
                (long?)error.RetryAfter?.TotalMilliseconds,
                _ask.ElapsedMs,
                (long?)delay?.TotalMilliseconds,
                next is null ? null : _models[next.Value].Name,
                ++_failures));
        if (!error.Retryable || IsWaitedFor(error) || PauseOf(error) is not { } asked)
            return;
        _reports.Pause(asked);
        if (delay is not null)
            _reports.Progress($"waiting {error.RetryAfter!.Value.TotalSeconds:0.#} s for the provider");
    }
}
