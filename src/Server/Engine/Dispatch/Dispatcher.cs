using Koda.Server.Engine.Tasks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Engine.Dispatch;

/// <summary>
/// This server's part in handing out work. It keeps in memory only what a crash may lose, so any number of servers may run one each.
/// </summary>
internal sealed class Dispatcher : BackgroundService, IDispatcherState
{
    private static readonly TimeSpan s_pauseAfterFailure = TimeSpan.FromMilliseconds(250);

    private readonly ConnectWorker _connectWorker;
    private readonly ConnectionHost _host;
    private readonly TimeProvider _clock;
    private readonly ILogger<Dispatcher> _log;
    private readonly (string Name, Func<CancellationToken, Task> Run)[] _loops;
    private int _running;

    public Dispatcher(
        ConnectWorker connectWorker,
        ConnectionHost host,
        ClaimLoop claims,
        LeaseLoop leases,
        SweepLoop sweeps,
        PresenceLoop presence,
        TaskNews news,
        EngineMetrics metrics,
        TimeProvider clock,
        ILogger<Dispatcher> log)
    {
        _connectWorker = connectWorker;
        _host = host;
        _clock = clock;
        _log = log;
        _loops =
        [
            ("listening", claims.Listen),
            ("claiming", claims.Claim),
            ("renewing", leases.Run),
            ("sweeping", sweeps.Run),
            ("confirming", presence.Run),
        ];
        news.StopRequested += host.RequestStop;
        metrics.ObserveWorkers(() => host.Count, () => host.Leases);
    }

    public int ConnectedWorkers => _host.Count;

    /// <summary>All loops run; one that failed is being started again.</summary>
    public bool IsRunning => Volatile.Read(ref _running) == _loops.Length;

    /// <summary>Takes up a worker's stream.</summary>
    /// <exception cref="EngineException">INVALID_REQUEST, UNAVAILABLE.</exception>
    public Task<WorkerConnection> Connect(WorkerHello hello, CancellationToken cancellationToken) =>
        _connectWorker.Execute(hello, cancellationToken);

    /// <summary>Asks every connected worker to finish what it holds and to leave.</summary>
    public void Drain()
    {
        foreach (var connection in _host.Connections)
            connection.RequestDrain();
    }

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(_loops.Select(loop => KeepRunning(loop.Name, loop.Run, stoppingToken)));

    private async Task KeepRunning(string name, Func<CancellationToken, Task> run, CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            Interlocked.Increment(ref _running);
            try
            {
                await run(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (EngineException failure)
            {
                DispatchLog.LoopFailed(_log, name, failure);
            }
            catch (Exception failure)
            {
                // A fault of ours in one piece of work must not end the handing out of all other.
                DispatchLog.LoopFaulted(_log, name, failure);
            }
            finally
            {
                Interlocked.Decrement(ref _running);
            }
            await Task.Delay(s_pauseAfterFailure, _clock, CancellationToken.None);
        }
    }
}
