namespace Koda.Cli.Local;

/// <summary>Runs a server and a worker, each as a process of its own, until it is told to stop.</summary>
/// <param name="local">The data directory with its processes.</param>
/// <param name="options">What is run.</param>
/// <param name="watch">Shows what the start is at.</param>
/// <param name="report">Told what happens later.</param>
internal sealed class Supervisor(LocalServer local, UpOptions options, StartWatch watch, Action<string> report)
{
    /// <param name="ready">Called once, when the server is ready and the worker is connected.</param>
    /// <param name="cancellationToken">Stops the worker, then the server.</param>
    public async Task Run(Func<Task> ready, CancellationToken cancellationToken)
    {
        using var serverLife = new CancellationTokenSource();
        using var workerLife = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var serverProcess = new ChildProcess(local, "server", options.ServerArguments, report);
        var workerProcess = new ChildProcess(local, "worker", options.WorkerArguments, report);
        var server = serverProcess.Keep(serverLife.Token);
        var worker = Task.CompletedTask;
        try
        {
            if (await ReadyProbe.Wait(options.Address, worker: false, () => server.IsCompleted, watch.See, cancellationToken) is null)
                await server;
            serverProcess.HasWorked = true;
            if (options.Worker)
                worker = workerProcess.Keep(workerLife.Token);
            var answer = await ReadyProbe.Wait(
                options.Address, options.Worker, () => server.IsCompleted || worker.IsFaulted, watch.See, cancellationToken);
            workerProcess.HasWorked = answer is not null;
            if (answer is not null)
                await ready();
            await await Task.WhenAny(server, options.Worker ? worker : server).WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            report(options.Worker ? "Stopping: the worker gives its tasks back first." : "Stopping the server.");
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
