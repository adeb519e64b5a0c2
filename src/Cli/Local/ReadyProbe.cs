using Koda.Client;

namespace Koda.Cli.Local;

/// <summary>Asks the local server whether it takes work.</summary>
internal static class ReadyProbe
{
    // Waiting is no remedy for it.
    private const string ForPeople = "master_key_mismatch";

    private static readonly TimeSpan s_interval = TimeSpan.FromMilliseconds(100);

    /// <returns>The server's answer; null when none answers.</returns>
    public static async Task<Runtime.Readiness?> Ask(Uri url, CancellationToken cancellationToken)
    {
        await using var client = new KodaClient(
            new KodaClientOptions { Url = url, MaxAttempts = 1, CallTimeout = TimeSpan.FromSeconds(5) });
        try
        {
            return await client.GetReadinessAsync(cancellationToken);
        }
        catch (KodaException)
        {
            // Whatever listens there is no Koda that takes work.
            return null;
        }
    }

    /// <summary>Waits until the server is ready and, when asked for, a worker is connected.</summary>
    /// <param name="url">The server.</param>
    /// <param name="worker">Whether a worker is waited for.</param>
    /// <param name="failed">Ends the waiting with null: what is waited for cannot come.</param>
    /// <param name="seen">Told of every answer, and with null that none came.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="CliException">The server says that a person has to act before it is ready.</exception>
    public static async Task<Runtime.Readiness?> Wait(
        Uri url, bool worker, Func<bool> failed, Action<Runtime.Readiness?> seen, CancellationToken cancellationToken)
    {
        while (!failed())
        {
            var answer = await Ask(url, cancellationToken);
            if (answer is { Ready: true } && (!worker || answer.ConnectedWorkers > 0))
                return answer;
            if (answer?.Reasons.Contains(ForPeople) == true)
                throw new CliException(
                    $"The server does not become ready. {answer.Checks.Single(check => check.Name == "master_key").Detail}",
                    code: "server.not_ready");
            seen(answer);
            await Task.Delay(s_interval, cancellationToken);
        }
        return null;
    }
}
