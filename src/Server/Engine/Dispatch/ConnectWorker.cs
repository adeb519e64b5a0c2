using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Workers;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Dispatch;

/// <summary>Takes up a worker's stream. Attempts that it held before go on, or it hears what became of them.</summary>
internal sealed class ConnectWorker(Database database, ConnectionHost host, EngineOptions options, ILogger<ConnectWorker> log)
{
    /// <exception cref="EngineException">INVALID_REQUEST.</exception>
    public async Task<WorkerConnection> Execute(WorkerHello hello, CancellationToken cancellationToken)
    {
        if (hello.WorkerId.Length == 0)
            throw EngineException.InvalidField("worker_id", "A worker needs an id.");
        if (hello.Slots < 1)
            throw EngineException.InvalidField("slots", "A worker needs at least one slot.");
        var connection = new WorkerConnection(host, hello);
        await database.Read(
            async (database, token) =>
            {
                await WorkerStore.Connect(database, connection.Id, hello, token);
                return true;
            },
            cancellationToken);
        var offers = host.Add(connection)?.Supersede() ?? [];
        foreach (var offer in offers.Where(offer => !hello.Held.Contains(offer.Key)))
            await host.GiveBack(hello.WorkerId, offer, AttemptOutcome.WorkerGone);
        await GoOn(connection, hello, cancellationToken);
        DispatchLog.WorkerConnected(log, hello.WorkerId, hello.Name, hello.Version, hello.Slots, hello.Held.Count);
        return connection;
    }

    private async Task GoOn(WorkerConnection connection, WorkerHello hello, CancellationToken cancellationToken)
    {
        if (hello.Held.Count == 0)
            return;
        var ids = hello.Held.Select(held => held.AttemptId).ToArray();
        var found = await database.Read((database, token) => AttemptStore.Find(database, ids, token), cancellationToken);
        var own = found.Where(attempt => attempt.WorkerId == hello.WorkerId).ToDictionary(attempt => attempt.Attempt);
        var open = hello.Held.Where(held => own.TryGetValue(held, out var attempt) && attempt.Outcome is null)
            .Select(held => new LeaseRenewal(held, "")).ToList();
        var renewed = await database.Read((database, token) => AttemptStore.Renew(database, open, options.Lease, token), cancellationToken);
        foreach (var lease in renewed)
            connection.Confirm(lease, own[lease.Attempt].TaskId);
        foreach (var held in hello.Held.Except(renewed.Select(lease => lease.Attempt)))
            connection.Answer(WhatBecameOf(held, own.GetValueOrDefault(held)));
    }

    /// <summary>A report may have been committed although its answer did not reach the worker.</summary>
    private static WorkerSignal WhatBecameOf(AttemptKey held, FoundAttempt? attempt) => attempt?.Outcome switch
    {
        AttemptOutcome.Succeeded or AttemptOutcome.Failed or AttemptOutcome.Suspended or AttemptOutcome.Paused or AttemptOutcome.Cancelled
            or AttemptOutcome.Drained or AttemptOutcome.CooledDown => new AttemptClosed(held),
        null => new AttemptLost(held, "unknown"),
        _ => new AttemptLost(held, "lease_expired"),
    };
}
