using System.Threading.Channels;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>
/// Everything that waits to be sent, taken as one message: what becomes ready while a message is written goes out with the next.
/// It holds at most one entry for an attempt, so it is bounded by the worker's slots.
/// </summary>
internal sealed class Outbox(Func<int> credit)
{
    private const int MaxMessageBytes = 1024 * 1024;

    private readonly Lock _gate = new();
    private readonly HashSet<HeldAttempt> _ready = [];
    private readonly List<Decline> _declines = [];
    private readonly List<Renewal> _renewals = [];
    private readonly Channel<bool> _signal =
        Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    private int? _creditSent;
    private McpReport? _mcp;
    private bool _mcpSent;
    private bool _draining;
    private bool _drainingSent;
    private volatile bool _gathering;

    /// <summary>The attempt has something to send.</summary>
    public void Add(HeldAttempt attempt)
    {
        lock (_gate)
            _ready.Add(attempt);
        Wake();
    }

    public void Decline(AttemptRef attempt, string reason)
    {
        lock (_gate)
            _declines.Add(new Decline { Attempt = attempt, Reason = reason });
        Wake();
    }

    /// <summary>Renews the leases of these attempts, in place of renewals not sent yet.</summary>
    public void Renew(IEnumerable<Renewal> renewals)
    {
        lock (_gate)
        {
            _renewals.Clear();
            _renewals.AddRange(renewals);
        }
        Wake();
    }

    /// <summary>Tells of the servers of tools, in place of what was told before.</summary>
    public void Tell(McpReport report)
    {
        lock (_gate)
        {
            report.Refresh = Math.Max(report.Refresh, _mcp?.Refresh ?? 0);
            (_mcp, _mcpSent) = (report, false);
        }
        Wake();
    }

    /// <summary>An offer used up credit at the server, so it has to be said anew.</summary>
    public void CreditUsed()
    {
        lock (_gate)
            _creditSent = null;
    }

    /// <summary>Says that the worker takes no more offers.</summary>
    public void Drain()
    {
        lock (_gate)
            _draining = true;
        Wake();
    }

    /// <summary>Has the writer look again, unless more is being gathered.</summary>
    public void Wake()
    {
        if (!_gathering)
            _signal.Writer.TryWrite(true);
    }

    /// <summary>Runs what makes many things ready, so that they go out as one message.</summary>
    public void Gather(Action produce)
    {
        _gathering = true;
        try
        {
            produce();
        }
        finally
        {
            _gathering = false;
            Wake();
        }
    }

    /// <summary>Forgets what was sent over a connection that is gone.</summary>
    public void Restart()
    {
        lock (_gate)
        {
            _declines.Clear();
            _renewals.Clear();
            _creditSent = null;
            _drainingSent = false;
            _mcpSent = false;
        }
        Wake();
    }

    /// <summary>Waits until something is ready and takes it.</summary>
    public async ValueTask<WorkRequest> Take(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _signal.Reader.ReadAsync(cancellationToken);
            var message = TakeWaiting();
            if (message.CalculateSize() > 0)
                return message;
        }
    }

    private WorkRequest TakeWaiting()
    {
        var message = new WorkRequest();
        HeldAttempt[] ready;
        lock (_gate)
        {
            ready = [.. _ready];
            _ready.Clear();
            message.Declines.Add(_declines);
            message.Renewals.Add(_renewals);
            _declines.Clear();
            _renewals.Clear();
            message.Draining = _draining && !_drainingSent;
            _drainingSent = _draining;
            var now = _draining ? 0 : credit();
            if (now != _creditSent)
                message.Credit = now;
            _creditSent = now;
            if (!_mcpSent)
                message.Mcp = _mcp;
            _mcpSent = true;
        }
        var budget = MaxMessageBytes;
        foreach (var attempt in ready)
        {
            if (budget <= 0 || !attempt.Collect(message, ref budget))
                Add(attempt);
        }
        return message;
    }
}
