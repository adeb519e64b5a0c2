using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Workers;

/// <summary>What the workers told of their servers of tools.</summary>
/// <param name="Servers">The servers.</param>
/// <param name="SilentWorkers">How many workers have not told in time.</param>
internal sealed record RefreshedMcp(IReadOnlyList<McpServerRecord> Servers, int SilentWorkers);

/// <summary>Has the connected workers look at their servers of tools again, and waits until they have told.</summary>
internal sealed class RefreshMcp(Database database, McpNews news, EngineOptions options, TimeProvider clock)
{
    public async Task<RefreshedMcp> Execute(CancellationToken cancellationToken)
    {
        var number = await database.Read(WorkerStore.NextRefresh, cancellationToken);
        news.Ask(number);
        using var patience = new CancellationTokenSource(options.McpPatience, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellationToken);
        while (true)
        {
            var told = news.Told;
            var isLast = patience.IsCancellationRequested;
            var workers = await database.Read(WorkerStore.ListMcp, cancellationToken);
            var silent = workers.Count(worker => worker.Refresh < number);
            if (silent == 0 || isLast)
                return new RefreshedMcp(McpServerRecord.Merge(workers), silent);
            await told.WaitAsync(either.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
