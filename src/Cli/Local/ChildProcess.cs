using System.Diagnostics;

namespace Koda.Cli.Local;

/// <summary>Keeps one process running: started again after a crash, with longer pauses the sooner it crashes.</summary>
internal sealed class ChildProcess(LocalServer local, string role, Func<IEnumerable<string>> arguments, Action<string> report)
{
    private static readonly TimeSpan s_steady = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(200);

    private Process? _process;

    /// <summary>Set once the process has done its work: from then on its end is a crash, and no longer a fault of the start.</summary>
    public bool HasWorked { get; set; }

    /// <summary>Runs until cancelled; then the process is asked to end, and given time to.</summary>
    /// <exception cref="CliException">The process ended before it ever worked.</exception>
    public async Task Keep(CancellationToken cancellationToken)
    {
        var pause = s_firstPause;
        try
        {
            while (true)
            {
                var started = Stopwatch.GetTimestamp();
                var output = new ChildOutput(local.Output(role));
                _process = KodaProcess.Start(local.Output(role), arguments());
                local.Pid(role).Write(_process.Id);
                await _process.WaitForExitAsync(cancellationToken);
                if (!HasWorked)
                    throw output.Fault(_process.ExitCode)
                        ?? new CliException(
                            $"The {role} did not start.", hint: $"Its log is '{local.NewestLog(role)}', and '{local.Output(role)}'");
                if (Stopwatch.GetElapsedTime(started) > s_steady)
                    pause = s_firstPause;
                report(
                    $"The {role} ended with code {_process.ExitCode}; starting it again. Its log is '{local.NewestLog(role)}', and '{local.Output(role)}'"
                );
                await Task.Delay(pause, cancellationToken);
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
        }
        catch (OperationCanceledException)
        {
            if (_process is { HasExited: false })
                await LocalServer.Stop(_process, CancellationToken.None);
        }
        finally
        {
            local.Pid(role).Delete();
        }
    }
}
