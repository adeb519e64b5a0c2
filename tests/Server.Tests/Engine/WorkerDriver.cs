using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Tests.Engine;

/// <summary>A worker as a test plays it.</summary>
internal sealed class WorkerDriver(WorkerConnection connection) : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(1);

    public WorkerConnection Connection { get; } = connection;

    private readonly List<WorkerSignal> _passedOver = [];

    /// <summary>The next signal of a kind; others wait until they are asked for.</summary>
    public async Task<T> Next<T>() where T : WorkerSignal
    {
        if (_passedOver.OfType<T>().FirstOrDefault() is { } earlier)
        {
            _passedOver.Remove(earlier);
            return earlier;
        }
        using var deadline = new CancellationTokenSource(s_patience);
        await foreach (var signal in Connection.Signals.ReadAllAsync(deadline.Token))
        {
            if (signal is T wanted)
                return wanted;
            _passedOver.Add(signal);
        }
        throw new InvalidOperationException($"The stream ended without {typeof(T).Name}.");
    }

    /// <summary>Takes the next offer and waits until the lease is stored.</summary>
    public async Task<Assignment> Take()
    {
        var assignment = (await Next<Offered>()).Assignment;
        Connection.Accept(assignment.Attempt);
        await Next<LeaseRenewed>();
        return assignment;
    }

    public async Task<Assignment> Offer() => (await Next<Offered>()).Assignment;

    /// <summary>Reports and waits for the commit.</summary>
    public async Task Complete(Assignment assignment, string output = "done", params ReportedEvent[] events)
    {
        await Connection.Report(new Completion(assignment.Attempt, output, events), default);
        await Next<AttemptClosed>();
    }

    public async Task Fail(
        Assignment assignment, bool retryable = true, string code = "provider.rate_limited", TimeSpan retryAfter = default)
    {
        await Connection.Report(new Failure(assignment.Attempt, new TaskFault(code, "it failed"), retryable, retryAfter, []), default);
        await Next<AttemptClosed>();
    }

    public async Task Suspend(Assignment assignment, TimeSpan? expiresIn = null)
    {
        await Connection.Report(new Suspension(assignment.Attempt, Question(expiresIn), []), default);
        await Next<AttemptClosed>();
    }

    public async Task Stop(Assignment assignment, StopReason reason)
    {
        await Connection.Report(new AttemptStop(assignment.Attempt, reason, []), default);
        await Next<AttemptClosed>();
    }

    public static RequestedApproval Question(TimeSpan? expiresIn = null)
    {
        const string arguments = """{"command":"rm -rf build"}""";
        return new RequestedApproval("call-1", "bash", arguments, "rm -rf build", "high", ReportRules.Digest("bash", arguments), expiresIn);
    }

    public ValueTask DisposeAsync() => Connection.DisposeAsync();
}
