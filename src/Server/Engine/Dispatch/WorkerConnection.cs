using System.Threading.Channels;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Attempts;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// One worker's stream, seen from the engine. What the worker says goes in by methods; what it must hear comes out of
/// <see cref="Signals"/>.
/// </summary>
internal sealed partial class WorkerConnection : IAsyncDisposable
{
    // A worker that reports faster than the database commits is made to wait; the bound is on what it may have under way.
    private const int MaxPendingReports = 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, OfferedAttempt> _held = [];
    private readonly Channel<WorkerSignal> _signals = Channel.CreateUnbounded<WorkerSignal>(
        new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _pending = new(MaxPendingReports, MaxPendingReports);
    private readonly ConnectionHost _host;
    private int _credit;
    private bool _draining;
    private bool _closed;

    // It let a lease or an offer end: it hangs, or is cut off, until it says something.
    private bool _silent;

    public WorkerConnection(ConnectionHost host, WorkerHello hello)
    {
        _host = host;
        Hello = hello;
    }

    public WorkerHello Hello { get; }

    /// <summary>Tells this connection from others of the same worker.</summary>
    public Guid Id { get; } = Guid.CreateVersion7();

    /// <summary>How many attempts the worker holds.</summary>
    public int Leases
    {
        get
        {
            lock (_gate)
                return _held.Values.Count(held => held is { Accepted: true, Closing: false });
        }
    }

    public WorkerTerms Terms => _host.Terms;

    /// <summary>
    /// What the worker must hear. It ends when the worker connected again elsewhere, and fails with an <see cref="EngineException"/> when
    /// reports could not be committed: the worker then connects again and sends them again.
    /// </summary>
    public ChannelReader<WorkerSignal> Signals => _signals.Reader;

    /// <summary>The worker said something, whatever it was.</summary>
    public void Heard()
    {
        lock (_gate)
        {
            if (!_silent)
                return;
            _silent = false;
        }
        _host.CreditChanged();
    }

    /// <summary>Says how many more offers the worker takes now, in place of the number said before.</summary>
    public void SetCredit(int credit)
    {
        lock (_gate)
            _credit = Math.Max(credit, 0);
        _host.CreditChanged();
    }

    /// <summary>Takes an offer.</summary>
    public void Accept(AttemptKey attempt) => Renew(attempt, progress: "");

    /// <summary>Keeps an attempt. Leases are renewed together, within a fraction of a second.</summary>
    public void Renew(AttemptKey attempt, string progress)
    {
        var waited = false;
        lock (_gate)
        {
            if (Holds(attempt) is { } held)
            {
                waited = KeepsWaiting(held);
                held.Accepted = true;
                held.RenewalAsked = true;
                if (progress.Length > 0)
                    held.Progress = StorableText.Of(progress);
            }
            else
            {
                Send(new AttemptLost(attempt, "unknown"));
            }
        }
        _host.RenewalAsked();
        if (waited)
            _host.CreditChanged();
    }

    /// <summary>Gives an offer back; the task is queued again at once.</summary>
    public Task Decline(AttemptKey attempt, CancellationToken cancellationToken) =>
        Report(new GivenBack(attempt, AttemptOutcome.Declined), cancellationToken);

    /// <summary>The worker takes no more offers.</summary>
    public void Drain()
    {
        lock (_gate)
            _draining = true;
    }

    /// <summary>Asks the worker to finish what it holds and to leave.</summary>
    public void RequestDrain()
    {
        Drain();
        Send(new DrainRequested());
    }

    /// <summary>Asks the worker to look at its servers of tools again, and to tell.</summary>
    public void RequestMcpRefresh(long number) => Send(new McpRefreshRequested(number));

    /// <summary>
    /// The stream is over. Offers that were not taken go back; attempts keep their lease until the worker is back or the lease ends.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        _host.Remove(this);
        foreach (var offer in Close())
            await _host.GiveBack(Hello.WorkerId, offer, AttemptOutcome.WorkerGone);
        await _host.Leave(this);
        _signals.Writer.TryComplete();
    }

    /// <summary>Ends the connection in favour of a newer one of the same worker.</summary>
    /// <returns>Offers that were not taken.</returns>
    public IReadOnlyList<OfferedAttempt> Supersede()
    {
        var offers = Close();
        _signals.Writer.TryComplete();
        return offers;
    }

    private List<OfferedAttempt> Close()
    {
        lock (_gate)
        {
            _closed = true;
            var offers = _held.Values.Where(held => !held.Accepted && !held.Closing).ToList();
            _held.Clear();
            return offers;
        }
    }

    private OfferedAttempt? Holds(AttemptKey attempt) =>
        _held.TryGetValue(attempt.AttemptId, out var held) && held.Key == attempt ? held : null;

    private void Send(WorkerSignal signal)
    {
        if (_signals.Writer.TryWrite(signal) && signal is AttemptLost lost)
            _host.Metrics.LeaseLost(lost.Reason);
    }

    private void Fail(Exception failure) => _signals.Writer.TryComplete(failure as EngineException
        ?? new EngineException(ErrorReason.Internal, "A report could not be committed.", innerException: failure));
}
