using Koda.Cli.Terminal;

namespace Koda.Cli.Local;

/// <summary><c>koda up --detach</c>: leaves the supervisor in the background and returns when everything is ready.</summary>
internal static class DetachedStart
{
    // The first start may install PostgreSQL and create a cluster.
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);
    private const int LogTail = 15;

    public static async Task<int> Run(Session session, LocalServer local, UpOptions options, CancellationToken cancellationToken)
    {
        var output = new ChildOutput(local.Output("up"));
        var progress = new ProgressLine(session.Terminal, session.Json);
        using var supervisor = KodaProcess.Start(local.Output("up"), options.UpArguments());
        local.Supervisor.Write(supervisor.Id);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(s_patience);
        try
        {
            if (await ReadyProbe.Wait(
                    options.Address,
                    options.Worker,
                    () => supervisor.HasExited,
                    new StartWatch(local, progress).See,
                    limit.Token)
                is null)
                throw output.Fault(supervisor.ExitCode)
                    ?? new CliException($"Koda did not start.\n{Tail(local)}", hint: $"The logs are in '{local.Logs}'");
            progress.End();
        }
        catch (CliException)
        {
            progress.Abandon();
            await local.Stop(CancellationToken.None);
            throw;
        }
        catch (OperationCanceledException)
        {
            progress.Abandon();
            await local.Stop(CancellationToken.None);
            if (cancellationToken.IsCancellationRequested)
                throw;
            throw new CliException(
                $"Koda was not ready after {s_patience.TotalMinutes} minutes.\n{Tail(local)}", hint: $"The logs are in '{local.Logs}'");
        }
        await UpCommand.Welcome(session, local, options.Address, cancellationToken);
        return ExitCode.Ok;
    }

    private static string Tail(LocalServer local)
    {
        var lines = LocalServer
            .Roles.SelectMany(role => new[] { local.NewestLog(role), local.Output(role) })
            .Where(File.Exists)
            .SelectMany(log => File.ReadLines(log).TakeLast(LogTail));
        return string.Join('\n', lines);
    }
}
