using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Polly;
using Polly.Retry;

namespace Koda.Worker.Loop;

/// <summary>Asks the model for the next answer, again when the provider fails in a way that passes, and records it all.</summary>
internal sealed class ModelCall
{
    private const int MaxRetries = 4;

    private readonly AgentSpec _agent;
    private readonly string _query;
    private readonly bool _isTurn;
    private readonly string _variant;
    private readonly IModelProvider _provider;
    private readonly IReadOnlyList<ToolDefinition> _tools;
    private readonly Conversation _conversation;
    private readonly Recorder _recorder;
    private readonly IAttemptReports _reports;
    private readonly TimeProvider _time;
    private readonly JsonObject? _options;
    private readonly TimeSpan _longestPause;
    private readonly ResiliencePipeline _retry;

    public ModelCall(
        Assignment assignment, IModelProvider provider, IReadOnlyList<ToolDefinition> tools, Conversation conversation, Recorder recorder,
        IAttemptReports reports, TimeProvider time, TimeSpan? longestPause = null)
    {
        _longestPause = longestPause ?? WorkerOptions.UsualLongestPause;
        (_agent, _query, _provider, _tools) = (assignment.Agent, assignment.Query, provider, tools);
        (_isTurn, _variant) = (assignment.Turn is not null, assignment.Turn?.Variant ?? "");
        (_conversation, _recorder, _reports, _time) = (conversation, recorder, reports, time);
        _options = _agent.ProviderOptions.Length == 0 ? null : JsonNode.Parse(_agent.ProviderOptions)?.AsObject();
        _retry = new ResiliencePipelineBuilder { TimeProvider = time }.AddRetry(Retry).Build();
    }

    private RetryStrategyOptions Retry => new()
    {
        ShouldHandle = new PredicateBuilder().Handle<ProviderException>(error => error.Retryable && !IsLong(error)),
        MaxRetryAttempts = MaxRetries,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromSeconds(1),
        MaxDelay = TimeSpan.FromSeconds(30),
        DelayGenerator = retry => ValueTask.FromResult((retry.Outcome.Exception as ProviderException)?.RetryAfter),
    };

    /// <returns>Null when the answer is recorded and committed, otherwise how the attempt ends.</returns>
    public async Task<AttemptOutcome?> RunAsync(CancellationToken ct)
    {
        try
        {
            await _retry.ExecuteAsync(async token => await AskAsync(token), ct);
            await _recorder.CommittedAsync(ct);
            return null;
        }
        catch (ProviderException error) when (error.Retryable && IsLong(error) && PauseOf(error) is { } pause)
        {
            return new AttemptOutcome.CooledDown(pause);
        }
        catch (ProviderException error)
        {
            return new AttemptOutcome.Failed(error.Code, error.Message, error.Retryable, error.RetryAfter);
        }
    }

    /// <summary>A provider that asks for a longer pause gets it between attempts, where it costs no slot.</summary>
    private bool IsLong(ProviderException error) => error.RetryAfter > _longestPause;

    /// <summary>What others that use the same model need to know. Null: nothing.</summary>
    private ProviderPause? PauseOf(ProviderException error) =>
        error is { Code: ProviderErrorCode.RateLimited or ProviderErrorCode.Overloaded, RetryAfter: { } wait } && wait >= TimeSpan.FromMilliseconds(1)
            ? new ProviderPause { Model = _agent.Model, RetryAfterMs = (long)wait.TotalMilliseconds, Code = error.Code }
            : null;

    private async Task AskAsync(CancellationToken ct)
    {
        var step = _conversation.Step + 1;
        _reports.Progress($"asking {_agent.Model}, step {step}");
        _recorder.Record(Started(step));
        var started = _time.GetTimestamp();
        try
        {
            var (answer, firstToken) = await StreamAsync(step, started, ct);
            var finished = new Journal.ModelFinished(
                step, ModelMessageJson.Write(answer.Message), answer.StopReason, Elapsed(started), firstToken,
                answer.Usage.CostMicros / 1_000_000m);
            _recorder.Record(finished, answer.Usage);
        }
        catch (ProviderException error)
        {
            var pause = (long?)error.RetryAfter?.TotalMilliseconds;
            _recorder.Report(new ModelFailed(
                step, new JournalError(error.Code, error.Message), error.Retryable, pause, Elapsed(started)));
            if (error.Retryable && !IsLong(error) && PauseOf(error) is { } asked)
            {
                _reports.Pause(asked);
                _reports.Progress($"waiting {error.RetryAfter!.Value.TotalSeconds:0.#} s for the provider");
            }
            throw;
        }
    }

    private async Task<(Providers.ModelFinished Answer, long FirstTokenMs)> StreamAsync(int step, long started, CancellationToken ct)
    {
        using var events = new AnswerEvents(_recorder, step, _isTurn, _time);
        long? firstToken = null;
        await foreach (var next in _provider.StreamAsync(Request(), ct))
        {
            firstToken ??= Elapsed(started);
            events.Add(next);
            if (next is Providers.ModelFinished finished)
                return (finished, firstToken.Value);
            await _reports.RoomAsync(ct);
        }
        throw new ProviderException(ProviderErrorCode.StreamCut, "The provider's stream ended without an answer.", retryable: true);
    }

    private ModelRequest Request() => new()
    {
        Model = _agent.Model,
        System = _agent.SystemPrompt,
        Messages = _conversation.Messages,
        Tools = _tools,
        Variant = _variant,
        MaxOutputTokens = _agent.Limits?.MaxOutputTokens ?? 0,
        Options = _options,
    };

    private ModelStarted Started(int step)
    {
        var tools = new JsonArray([.. _tools.Select(tool => new JsonObject
        {
            ["name"] = tool.Name, ["description"] = tool.Description, ["input_schema"] = tool.InputSchema.DeepClone(),
        })]);
        IEnumerable<string> said = _conversation.Messages.Count == 0 ? [_query, .. _conversation.Notes] : _conversation.Notes;
        var messages = new JsonArray([.. said.Select(text => ModelMessageJson.Write(ModelMessage.User(text)))]);
        return new ModelStarted(
            step, _agent.ProviderKind, _agent.Model,
            messages,
            Digest(_agent.SystemPrompt, tools, messages),
            _conversation.System == _agent.SystemPrompt ? null : _agent.SystemPrompt,
            _conversation.Tools == tools.ToJsonString() ? null : tools);
    }

    private string Digest(string system, JsonArray tools, JsonArray messages)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Append(system);
        Append(tools.ToJsonString());
        foreach (var message in _conversation.Messages)
            Append(ModelMessageJson.Write(message).ToJsonString());
        foreach (var message in messages)
            Append(message!.ToJsonString());
        return Convert.ToHexStringLower(hash.GetHashAndReset());

        void Append(string text)
        {
            hash.AppendData(Encoding.UTF8.GetBytes(text));
            hash.AppendData([0]);
        }
    }

    private long Elapsed(long started) => (long)_time.GetElapsedTime(started).TotalMilliseconds;
}
