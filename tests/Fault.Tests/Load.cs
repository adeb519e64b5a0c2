using System.Collections.Concurrent;
using Grpc.Core;
using Koda.Client;

namespace Koda.Fault.Tests;

/// <summary>Callers that submit tasks through any server, and repeat a submission under its key until one acknowledges it.</summary>
/// <param name="servers">Clients of the servers.</param>
/// <param name="agentId">The agent of the tasks.</param>
/// <param name="unended">Counts the tasks that have not ended: where the machine is slow, callers wait for it.</param>
/// <param name="pace">How long each of the six callers waits between two tasks.</param>
internal sealed class Load(IReadOnlyList<KodaClient> servers, string agentId, Func<Task<long>> unended, TimeSpan pace)
{
    private const int MostUnended = 60;
    private const int Callers = 6;

    private readonly ConcurrentDictionary<string, string> _acknowledged = [];

    /// <summary>The task's id for each idempotency key.</summary>
    public IReadOnlyDictionary<string, string> Acknowledged => _acknowledged;

    /// <summary>Submits until <paramref name="stop"/> is cancelled; what was begun is acknowledged then.</summary>
    public Task Run(CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => Call(stop)));

    public async Task<string> Submit(string key)
    {
        while (true)
        {
            try
            {
                return _acknowledged[key] = (await Any().Tasks.SubmitAsync(new() { AgentId = agentId, Query = key }, key)).Id;
            }
            catch (KodaException cut) when (cut.Retryable || cut.Status == StatusCode.DeadlineExceeded)
            {
                // The task may or may not be there: the key makes asking again safe.
            }
        }
    }

    private async Task Call(CancellationToken stop)
    {
        using var next = new PeriodicTimer(pace);
        while (!stop.IsCancellationRequested)
        {
            await next.WaitForNextTickAsync(CancellationToken.None);
            if (await unended() >= MostUnended)
                continue;
            await Submit(Guid.NewGuid().ToString());
        }
    }

    private KodaClient Any() => servers[Random.Shared.Next(servers.Count)];
}
