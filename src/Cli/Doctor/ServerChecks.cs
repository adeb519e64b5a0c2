using Koda.Client;

namespace Koda.Cli.Doctor;

/// <summary>Looks at the server: whether it answers, takes work, knows the token and has a worker.</summary>
internal static class ServerChecks
{
    public static async IAsyncEnumerable<Check> RunAsync(Session session)
    {
        await using var client = new KodaClient(session.ClientOptions() with { MaxAttempts = 1, CallTimeout = TimeSpan.FromSeconds(5) });
        var url = client.Options.Url.GetLeftPart(UriPartial.Authority);
        var (readiness, fault) = await TryAsync(() => client.GetReadinessAsync());
        if (readiness is null)
        {
            yield return new Check("server", CheckStatus.Failed, $"{url}: {fault}", "Start one with: koda up");
            yield break;
        }
        yield return readiness.Ready
            ? new Check("server", CheckStatus.Ok, $"{url} is ready, version {readiness.Version}")
            : new Check("server", CheckStatus.Failed, $"{url} takes no work: {string.Join(", ", readiness.Reasons)}",
                string.Join("; ", readiness.Checks.Where(check => !check.Ok).Select(check => $"{check.Name}: {check.Detail}")));
        yield return readiness.ConnectedWorkers > 0
            ? new Check("worker", CheckStatus.Ok, $"{readiness.ConnectedWorkers} connected")
            : new Check("worker", CheckStatus.Failed, "none is connected, so tasks stay queued", "Start one with: koda worker");
        yield return await TokenAsync(client);
        // Who may not list them hears of the token above.
        foreach (var worker in (await TryAsync(() => client.ListWorkersAsync())).Value ?? [])
            yield return CommandsOf(worker);
    }

    private static Check CommandsOf(Runtime.Worker worker) => worker.Commands switch
    {
        Runtime.CommandMode.Confined => new Check("commands", CheckStatus.Ok, $"{worker.Name} runs them in a sandbox"),
        Runtime.CommandMode.Asked => new Check("commands", CheckStatus.Warning, $"{worker.Name} has no sandbox: {worker.UnconfinedReason}", "Each command of a task is asked about there."),
        Runtime.CommandMode.Unconfined => new Check("commands", CheckStatus.Warning, $"{worker.Name} has no sandbox: {worker.UnconfinedReason}",
            "It was started with --unconfined-commands: tasks' commands run by the agent's rules alone, with its rights."),
        _ => new Check("commands", CheckStatus.Warning, $"{worker.Name} does not say how it runs them", "Update it."),
    };

    private static async Task<Check> TokenAsync(KodaClient client)
    {
        if (client.Options.Token is null)
            return new Check("token", CheckStatus.Failed, "there is none", "Set KODA_TOKEN, or --data to the server's data directory.");
        var (accepted, fault) = await TryAsync(async () => await client.Agents.ListAsync().CountAsync() >= 0);
        return accepted
            ? new Check("token", CheckStatus.Ok, "accepted")
            : new Check("token", CheckStatus.Failed, fault, "Set KODA_TOKEN to a token of this server.");
    }

    private static async Task<(T? Value, string Fault)> TryAsync<T>(Func<Task<T>> call)
    {
        try
        {
            return (await call(), "");
        }
        catch (KodaException e)
        {
            return (default, e.Message);
        }
    }
}
