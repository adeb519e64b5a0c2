namespace Koda.Cli.Local;

/// <summary>Runs a server and a worker, each as a process of its own, until it is told to stop.</summary>
/// <param name="local">The data directory with its processes.</param>
/// <param name="options">What is run.</param>
/// <param name="watch">Shows what the start is at.</param>
/// <param name="report">Told what happens later.</param>
internal sealed class Supervisor(LocalServer local, UpOptions options, StartWatch watch, Action<string> report)
{
    /// <param name="ready">Called once, when the server is ready and the worker is connected.</param>
    /// <param name="cancellation">Stops the worker, then the server.</param>
    public async Task RunAsync(Func<Task> ready, CancellationToken cancellation)
    {
        using var serverLife = new CancellationTokenSource();
        using var workerLife = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var serverProcess = new ChildProcess(local, "server", options.ServerArguments, report);
        var workerProcess = new ChildProcess(local, "worker", options.WorkerArguments, report);
        var server = serverProcess.KeepAsync(serverLife.Token);
        var worker = Task.CompletedTask;
        try
        {
            if (await ReadyProbe.WaitAsync(options.Address, worker: false, () => server.IsCompleted, watch.See, cancellation) is null)
                await server;
            serverProcess.HasWorked = true;
            if (options.Worker)
                worker = workerProcess.KeepAsync(workerLife.Token);
            var answer = await ReadyProbe.WaitAsync(
                options.Address, options.Worker, () => server.IsCompleted || worker.IsFaulted, watch.See, cancellation);
            workerProcess.HasWorked = answer is not null;
            if (answer is not null) await ready();
            await await Task.WhenAny(server, options.Worker ? worker : server);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            report("Stopping: the worker gives its tasks back first.");
        }
        finally
        {
            // The worker's last reports need the server.
            await workerLife.CancelAsync();
            await worker.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            await serverLife.CancelAsync();
            await server.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
