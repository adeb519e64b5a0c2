using System.Collections.Concurrent;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Tasks;
using Koda.Server.Engine.Workers;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Dispatch;

/// <summary>The connected workers of this server, and what they share.</summary>
internal sealed class ConnectionHost(
    Database database, ReportQueue reports, EngineMetrics metrics, EngineOptions options, TimeProvider clock, ILogger<ConnectionHost> log)
{
    // Beyond a lease, before this server forgets it by its own clock: sweeps of other servers are done by then.
    private static readonly TimeSpan s_forgetAfter = TimeSpan.FromSeconds(2);

    // The end of a stream does not wait for the end of a trouble.
    private static readonly TimeSpan s_giveBackPatience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<string, WorkerConnection> _connections = new(StringComparer.Ordinal);

    public ReportQueue Reports { get; } = reports;

    public EngineMetrics Metrics { get; } = metrics;

    public WorkerTerms Terms { get; } = new(options.Lease, options.Offer, options.Lease / 3);

    public int Count => _connections.Count;

    /// <summary>How many attempts the connected workers hold.</summary>
    public int Leases => _connections.Values.Sum(connection => connection.Leases);

    /// <summary>Raised when a worker may be able to take more.</summary>
    public Signal Credit { get; } = new();

    /// <summary>Raised when leases wait to be renewed.</summary>
    public Signal Renewals { get; } = new();

    public IEnumerable<WorkerConnection> Connections => _connections.Values;

    public WorkerConnection? Find(string workerId) => _connections.GetValueOrDefault(workerId);

    /// <summary>Puts a connection in place of an older one of the same worker.</summary>
    /// <returns>The older one.</returns>
    public WorkerConnection? Add(WorkerConnection connection)
    {
        WorkerConnection? older = null;
        _connections.AddOrUpdate(connection.Hello.WorkerId, connection, (_, existing) =>
        {
            older = existing;
            return connection;
        });
        return older;
    }

    public void Remove(WorkerConnection connection) =>
        _connections.TryRemove(KeyValuePair.Create(connection.Hello.WorkerId, connection));

    public void CreditChanged() => Credit.Raise();

    public void RenewalAsked() => Renewals.Raise();

    public long Now => clock.GetTimestamp();

    public TimeSpan Since(long timestamp) => clock.GetElapsedTime(timestamp);

    public long ForgetAt(TimeSpan lease) =>
        clock.GetTimestamp() + (long)((lease + s_forgetAfter).TotalSeconds * clock.TimestampFrequency);

    public void ForgetOverdue()
    {
        var now = clock.GetTimestamp();
        foreach (var connection in Connections)
        {
            foreach (var attempt in connection.Overdue(now))
                connection.Expire(attempt);
        }
    }

    /// <summary>Queues the task of an offer again. Should that fail, the offer expires by itself.</summary>
    public async Task GiveBack(string workerId, OfferedAttempt offer, AttemptOutcome outcome)
    {
        try
        {
            await Reports.Write(new WorkerReport(workerId, new GivenBack(offer.Key, outcome), offer.TaskId)).WaitAsync(s_giveBackPatience);
        }
        catch (Exception failure)
            when (failure is TimeoutException or EngineException { Reason: ErrorReason.Unavailable or ErrorReason.RateLimited })
        {
            DispatchLog.OfferNotGivenBack(log, offer.TaskId, failure);
        }
    }

    /// <summary>Says for people that a connection is over. Should that fail, it is forgotten by itself.</summary>
    public async Task Leave(WorkerConnection connection)
    {
        try
        {
            await database.Read((database, token) => WorkerStore.Leave(database, connection.Id, token), CancellationToken.None);
        }
        catch (EngineException failure) when (failure.Reason is ErrorReason.Unavailable)
        {
            DispatchLog.LeaveNotStored(log, connection.Hello.WorkerId, failure);
        }
    }

    public void RequestMcpRefresh(long number)
    {
        foreach (var connection in Connections)
            connection.RequestMcpRefresh(number);
    }

    public void RequestStop(Guid taskId, RequestedStop stop)
    {
        foreach (var connection in Connections)
            connection.RequestStop(taskId, stop);
    }
}
