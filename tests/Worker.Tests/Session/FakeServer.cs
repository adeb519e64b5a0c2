using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Tests.Session;

/// <summary>
/// The server's side of the worker protocol, in memory: it commits at once what a held attempt reports, unless it is told to lag.
/// </summary>
internal sealed class FakeServer : CallInvoker
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, long> _batches = [];
    private Connection? _connection;

    /// <summary>How long leases last and how often they are renewed, in milliseconds.</summary>
    public (int LeaseMs, int RenewEveryMs) Lease { get; set; } = (60_000, 60_000);

    /// <summary>Whether reports are taken in but not confirmed.</summary>
    public bool Silent { get; set; }

    /// <summary>Every message of the worker, over all connections.</summary>
    public ConcurrentQueue<WorkRequest> Requests { get; } = new();

    /// <summary>The events that were committed, once each.</summary>
    public ConcurrentQueue<ReportedEvent> Recorded { get; } = new();

    /// <summary>What connecting fails with. Null: it does not.</summary>
    public Status? Refusal { get; set; }

    public int Connections { get; private set; }

    public static Assignment Task(string name, string kind = "scripted") => new()
    {
        Attempt = new AttemptRef { AttemptId = Guid.CreateVersion7().ToString(), FencingToken = 1 },
        TaskId = name,
        AttemptNumber = 1,
        Agent = new AgentSpec { ProviderKind = kind },
    };

    public void Send(WorkResponse response)
    {
        lock (_gate)
            _connection?.Responses.Writer.TryWrite(response);
    }

    public void Offer(params Assignment[] offers) => Send(new WorkResponse { Offers = { offers } });

    /// <summary>Breaks the connection.</summary>
    public void Cut(StatusCode code = StatusCode.Unavailable)
    {
        lock (_gate)
            _connection?.Responses.Writer.TryComplete(new RpcException(new Status(code, "cut")));
    }

    /// <summary>Waits until the messages so far satisfy a condition.</summary>
    public async Task Until(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (!condition()) await System.Threading.Tasks.Task.Delay(5, patience.Token);
    }

    public override AsyncDuplexStreamingCall<TRequest, TResponse> AsyncDuplexStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options)
    {
        if (Refusal is { } refusal)
            throw new RpcException(refusal);
        lock (_gate)
        {
            Connections++;
            _connection = new Connection(this);
            return (AsyncDuplexStreamingCall<TRequest, TResponse>)(object)_connection.Call();
        }
    }

    public override TResponse BlockingUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

    public override AsyncUnaryCall<TResponse> AsyncUnaryCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

    public override AsyncServerStreamingCall<TResponse> AsyncServerStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options, TRequest request) => throw Unused();

    public override AsyncClientStreamingCall<TRequest, TResponse> AsyncClientStreamingCall<TRequest, TResponse>(
        Method<TRequest, TResponse> method, string? host, CallOptions options) => throw Unused();

    private static NotSupportedException Unused() => new("The session makes no such call.");

    private void Receive(Connection from, WorkRequest request)
    {
        Requests.Enqueue(request.Clone());
        var response = new WorkResponse();
        if (request.Hello is not null)
            response.Welcome = new Welcome { LeaseMs = Lease.LeaseMs, RenewEveryMs = Lease.RenewEveryMs, ServerVersion = "fake" };
        foreach (var batch in request.Events)
        {
            if (_batches.GetValueOrDefault(batch.Attempt.AttemptId) >= batch.Batch)
                continue;
            _batches[batch.Attempt.AttemptId] = batch.Batch;
            foreach (var reported in batch.Events)
                Recorded.Enqueue(reported);
        }
        if (!Silent)
        {
            response.Recorded.Add(request.Events.Select(batch => new EventsRecorded { Attempt = batch.Attempt, Batch = batch.Batch }));
            response.Renewed.Add(request.Renewals.Select(renewal => new LeaseRenewed { Attempt = renewal.Attempt }));
            response.Closed.Add(Ends(request).Select(attempt => new AttemptClosed { Attempt = attempt }));
        }
        if (response.CalculateSize() > 0)
            from.Responses.Writer.TryWrite(response);
    }

    /// <summary>The attempts that a message ends.</summary>
    public static IEnumerable<AttemptRef> Ends(WorkRequest request) =>
        request.Completions.Select(end => end.Attempt).Concat(request.Failures.Select(end => end.Attempt))
            .Concat(request.Suspensions.Select(end => end.Attempt)).Concat(request.Stops.Select(end => end.Attempt));

    private sealed class Connection(FakeServer server) : IClientStreamWriter<WorkRequest>, IAsyncStreamReader<WorkResponse>
    {
        public Channel<WorkResponse> Responses { get; } = Channel.CreateUnbounded<WorkResponse>();

        public WriteOptions? WriteOptions { get; set; }

        public WorkResponse Current { get; private set; } = new();

        public AsyncDuplexStreamingCall<WorkRequest, WorkResponse> Call() =>
            new(
                this,
                this,
                System.Threading.Tasks.Task.FromResult(new Metadata()),
                () => Status.DefaultSuccess,
                () => [],
                () => Responses.Writer.TryComplete());

        public Task WriteAsync(WorkRequest message) => WriteAsync(message, CancellationToken.None);

        public Task WriteAsync(WorkRequest message, CancellationToken cancellationToken)
        {
            cancellationToken.ThrowIfCancellationRequested();
            lock (server._gate)
                server.Receive(this, message);
            return System.Threading.Tasks.Task.CompletedTask;
        }

        public Task CompleteAsync() => System.Threading.Tasks.Task.CompletedTask;

        public async Task<bool> MoveNext(CancellationToken cancellationToken)
        {
            if (!await Responses.Reader.WaitToReadAsync(cancellationToken) || !Responses.Reader.TryRead(out var next))
                return false;
            Current = next;
            return true;
        }
    }
}
