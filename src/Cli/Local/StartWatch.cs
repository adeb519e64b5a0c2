using Koda.Cli.Terminal;

namespace Koda.Cli.Local;

/// <summary>Shows what the start of server and worker is at, and what it waits for.</summary>
internal sealed class StartWatch(LocalServer local, ProgressLine progress)
{
    // File times are coarse.
    private readonly DateTimeOffset _begin = DateTimeOffset.UtcNow.AddSeconds(-1);

    /// <summary>Takes what the server answered. Null: nothing answers yet.</summary>
    public void See(Runtime.Readiness? answer) =>
        progress.Show(
            answer switch
            {
                null => LogTail.Message(local.NewestLog("server"), _begin) ?? "Starting the server",
                { Ready: false } => "Waiting: "
                    + string.Join("; ", answer.Checks.Where(check => !check.Ok).Select(check => $"{check.Name}: {check.Detail}")),
                _ => "Starting the worker",
            });
}
