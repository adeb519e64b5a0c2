using Grpc.Core;
using Koda.Protos.Worker.V1;
using Koda.Worker.Mcp;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace Koda.Worker.Session;

/// <summary>A worker's part of the protocol: takes offers, keeps leases, reports, and connects again after any failure.</summary>
internal sealed class WorkerSession
{
    private const string NoopProvider = "noop";
    private static readonly TimeSpan s_closeTimeout = TimeSpan.FromSeconds(5);

    private readonly WorkerOptions _options;
    private readonly WorkerCalls _calls;
    private readonly Func<HeldAttempt, Task<AttemptOutcome>> _run;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly HeldAttempts _attempts;
    private readonly Outbox _outbox;
    private readonly McpTelling? _mcp;
    private readonly ResiliencePipeline<WorkStream> _connect;
    private readonly Action<string>? _ended;
    private readonly Sandbox? _sandbox;
    private TaskCompletionSource _serverLeaves = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TimeSpan _lease = TimeSpan.MaxValue;
    private TimeSpan _renewEvery = TimeSpan.FromSeconds(1);
    private volatile bool _draining;

    /// <param name="options">Who the worker is.</param>
    /// <param name="calls">The server.</param>
    /// <param name="run">Runs an attempt to its end; it does not throw.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where the session says what happens.</param>
    /// <param name="servers">The servers of tools. Null: none.</param>
    /// <param name="ended">Told of tasks that were cancelled while they waited.</param>
    /// <param name="sandbox">How commands are confined. Null: that is not said.</param>
    public WorkerSession(
        WorkerOptions options, WorkerCalls calls, Func<HeldAttempt, Task<AttemptOutcome>> run, TimeProvider time, ILogger logger,
        McpServers? servers = null, Action<string>? ended = null, Sandbox? sandbox = null)
    {
        (_options, _calls, _run, _time, _logger) = (options, calls, run, time, logger);
        _attempts = new HeldAttempts(options.Slots);
        _outbox = new Outbox(() => _serverLeaves.Task.IsCompleted ? 0 : _attempts.Credit);
        _ended = ended;
        _sandbox = sandbox;
        _mcp = servers is null ? null : new McpTelling(servers, _outbox.Tell, logger);
        _connect = new ResiliencePipelineBuilder<WorkStream> { TimeProvider = time }.AddRetry(Reconnect(logger)).Build();
    }

    /// <summary>Works until <paramref name="stop"/> is cancelled and what is held has ended.</summary>
    /// <exception cref="RpcException">The server refuses this worker for good.</exception>
    public async Task Run(CancellationToken stop)
    {
        using var done = new CancellationTokenSource();
        var telling = _mcp?.Run(done.Token) ?? Task.CompletedTask;
        var serving = Serve(done.Token);
        var leases = KeepLeases(done.Token);
        var leaving = Leave(stop, done.Token);
        try
        {
            await await Task.WhenAny(serving, leaving);
        }
        finally
        {
            await done.CancelAsync();
            foreach (var attempt in _attempts.All())
                attempt.Drop();
            await Task.WhenAll(serving, leases, leaving, telling).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task Serve(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var stream = await _connect.ExecuteAsync(async token => await WorkStream.Open(_calls, Hello(), token), cancellationToken);
            _logger.Connected(stream.First.Welcome.ServerVersion, _attempts.Count);
            _serverLeaves = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _outbox.Restart();
            foreach (var attempt in _attempts.All())
                attempt.SendAgain();
            Receive(stream.First);
            try
            {
                await Serve(stream, cancellationToken);
            }
            catch (RpcException error) when (!cancellationToken.IsCancellationRequested && !IsRefusal(error))
            {
                _logger.Disconnected(error.Status.Detail);
            }
            // Servers that restart would otherwise meet all their workers in one moment.
            await Task.Delay(TimeSpan.FromMilliseconds(Random.Shared.Next(20, 250)), _time, cancellationToken);
        }
    }

    // A server that leaves gets what is held to its end and gives no more; the worker then looks for the next one.
    private async Task Serve(WorkStream stream, CancellationToken cancellationToken)
    {
        using var done = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serving = stream.Serve(_outbox, Receive, done.Token);
        if (await Task.WhenAny(serving, _serverLeaves.Task) != serving)
            await Task.WhenAny(serving, _attempts.Empty(cancellationToken));
        await done.CancelAsync();
        await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (serving.IsFaulted)
            await serving;
    }

    private Hello Hello() =>
        new()
        {
            WorkerId = _options.WorkerId,
            Name = _options.Name,
            Version = typeof(WorkerSession).Assembly.GetName().Version?.ToString(3) ?? "",
            Slots = _options.Slots,
            AgentIds = { _options.AgentIds },
            Role = _options.Role,
            Tags = { _options.Tags },
            WorkspaceRoots = { Roots(_options.WorkspaceRoots) },
            DefaultWorkspace = _options.DefaultWorkspace ?? "",
            Held = { _attempts.All().Select(attempt => attempt.Rejoin()) },
            Commands = _sandbox is null
                ? null
                : new CommandConfinement
                {
                    Confined = _sandbox.Missing is null,
                    Missing = _sandbox.Missing ?? "",
                    Accepted = _options.UnconfinedCommands,
                },
        };

    // Tasks name directories by any path: by the one that a person knows, or by the real one. All below "/" is any directory.
    private static IEnumerable<string> Roots(IReadOnlyList<string> roots) =>
        roots.Contains("/") ? [] : roots.Concat(roots.Select(RealPaths.Resolve)).Distinct();

    private void Receive(WorkResponse response) => _outbox.Gather(() => Apply(response));

    private void Apply(WorkResponse response)
    {
        if (response.Welcome is { } welcome)
        {
            _lease = TimeSpan.FromMilliseconds(welcome.LeaseMs);
            _renewEvery = TimeSpan.FromMilliseconds(Math.Max(50, welcome.RenewEveryMs));
        }
        if (response.LeasesHeld)
        {
            foreach (var attempt in _attempts.All())
                attempt.Hold();
        }
        foreach (var lost in response.Lost)
            Lose(_attempts.Find(lost.Attempt), lost.Reason);
        foreach (var closed in response.Closed)
            Close(_attempts.Find(closed.Attempt));
        foreach (var recorded in response.Recorded)
            _attempts.Find(recorded.Attempt)?.Recorded(recorded.Batch);
        foreach (var renewed in response.Renewed)
            _attempts.Find(renewed.Attempt)?.Renewed();
        foreach (var offer in response.Offers)
            Take(offer);
        foreach (var request in response.StopRequests)
            Stop(_attempts.Find(request.Attempt), request.Reason);
        foreach (var task in response.EndedTaskIds)
            _ended?.Invoke(task);
        if (response.McpRefresh is { } refresh)
            _mcp?.Refresh(refresh.Number);
        if (response.Drain)
            _serverLeaves.TrySetResult();
    }

    private void Take(Assignment offer)
    {
        _outbox.CreditUsed();
        if (_draining || _attempts.Credit == 0)
        {
            _outbox.Decline(offer.Attempt, _draining ? "The worker is leaving." : "The worker has no free slot.");
            return;
        }
        // An offer sent again over a new connection is the attempt that is held already.
        if (_attempts.Find(offer.Attempt) is not null)
            return;
        var attempt = new HeldAttempt(offer, _time, _outbox.Add);
        _attempts.Add(attempt);
        if (offer.Agent?.ProviderKind == NoopProvider)
            attempt.End(new AttemptOutcome.Completed(""));
        else
            _attempts.Run(attempt, () => Run(attempt));
        _outbox.Add(attempt);
    }

    private async Task Run(HeldAttempt attempt)
    {
        var outcome = await _run(attempt);
        if (!attempt.Dropped)
            attempt.End(outcome);
        _outbox.Wake();
    }

    private void Stop(HeldAttempt? attempt, StopReason reason)
    {
        if (reason == StopReason.Cancel)
            attempt?.Stop.AtOnce(reason);
        else
            attempt?.Stop.AfterStep(reason, _options.PauseTimeout);
    }

    private void Close(HeldAttempt? attempt)
    {
        if (attempt is not null)
            _attempts.Remove(attempt);
    }

    private void Lose(HeldAttempt? attempt, string reason)
    {
        if (attempt is null)
            return;
        _logger.AttemptLost(attempt.Ref.AttemptId, reason);
        attempt.Drop();
        _attempts.Remove(attempt);
    }

    private async Task KeepLeases(CancellationToken cancellationToken)
    {
        while (true)
        {
            await Task.Delay(_renewEvery, _time, cancellationToken);
            var attempts = _attempts.All();
            foreach (var attempt in attempts.Where(attempt => attempt.LeaseOver(_lease)))
                Lose(attempt, "lease_expired");
            if (attempts.Length > 0)
                _outbox.Renew(attempts.Select(attempt => attempt.Renew()).OfType<Renewal>());
        }
    }

    private async Task Leave(CancellationToken stop, CancellationToken cancellationToken)
    {
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = stop.UnsafeRegister(_ => stopped.TrySetResult(), null);
        await stopped.Task.WaitAsync(cancellationToken);
        _draining = true;
        _outbox.Drain();
        _logger.Draining(_attempts.Count);
        foreach (var attempt in _attempts.All())
            attempt.Stop.AfterStep(StopReason.Drain, _options.DrainTimeout);
        using var patience = new CancellationTokenSource(_options.DrainTimeout + s_closeTimeout, _time);
        await _attempts.Empty(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    // To say the same once more would be refused once more. What is held goes to other workers when its leases end.
    private static bool IsRefusal(RpcException error) => error.StatusCode is
        StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.InvalidArgument or StatusCode.Unimplemented;

    private static RetryStrategyOptions<WorkStream> Reconnect(ILogger logger) => new()
    {
        ShouldHandle = new PredicateBuilder<WorkStream>().Handle<RpcException>(error => !IsRefusal(error)),
        MaxRetryAttempts = int.MaxValue,
        BackoffType = DelayBackoffType.Exponential,
        UseJitter = true,
        Delay = TimeSpan.FromMilliseconds(100),
        MaxDelay = TimeSpan.FromSeconds(2),
        OnRetry = retry =>
        {
            logger.Disconnected((retry.Outcome.Exception as RpcException)?.Status.Detail ?? "unknown");
            return default;
        },
    };
}
