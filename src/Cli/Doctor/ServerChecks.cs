using Koda.Client;
using Koda.Providers;

namespace Koda.Cli.Doctor;

/// <summary>
/// Looks at the server: whether it answers, takes work, knows the key and has workers, and whether its clock and versions fit.
/// </summary>
internal sealed class ServerChecks(KodaClientOptions given)
{
    // Certificates and tokens are judged by it; more than what an answer takes, and the header has whole seconds.
    private static readonly TimeSpan s_mostSkew = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_callTimeout = TimeSpan.FromSeconds(5);

    private readonly string _url = given.Url.GetLeftPart(UriPartial.Authority);

    public Probe Probe => new("server", Look);

    private async Task<IReadOnlyList<Check>> Look(CancellationToken cancellationToken)
    {
        await using var client = new KodaClient(given with { MaxAttempts = 1, CallTimeout = s_callTimeout });
        var (readiness, fault) = await Try(() => client.GetReadinessAsync(cancellationToken));
        if (readiness is null)
            return [new Check("server", CheckStatus.Failed, $"{_url}: {fault}", "Start one with: koda up")];
        // Who may not list them hears of the key.
        var workers = (await Try(() => client.ListWorkersAsync(cancellationToken))).Value ?? [];
        return
        [
            Ready(readiness),
            .. readiness.Checks.Where(check => check.Name is "database" or "master_key").Select(Part),
            await Key(client, cancellationToken),
            Connected(readiness),
            .. workers.Select(CommandsOf),
            await CompareClocks(cancellationToken),
            Versions(readiness.Version, workers),
        ];
    }

    private Check Ready(Runtime.Readiness readiness) => readiness.Ready
        ? new Check("server", CheckStatus.Ok, $"{_url} is ready, version {readiness.Version}")
        : new Check("server", CheckStatus.Failed, $"{_url} takes no work: {string.Join(", ", readiness.Reasons)}",
            string.Join("; ", readiness.Checks.Where(check => !check.Ok).Select(check => $"{check.Name}: {check.Detail}")));

    private static Check Part(Runtime.ReadinessCheck check) =>
        new(check.Name.Replace('_', ' '), check.Ok ? CheckStatus.Ok : CheckStatus.Failed, check.Ok ? "works" : check.Detail);

    private static Check Connected(Runtime.Readiness readiness) => readiness.ConnectedWorkers > 0
        ? new Check("worker", CheckStatus.Ok, $"{readiness.ConnectedWorkers} connected")
        : new Check("worker", CheckStatus.Failed, "none is connected, so tasks stay queued", "Start one with: koda worker");

    private static Check CommandsOf(Runtime.Worker worker) =>
        worker.Commands switch
        {
            Runtime.CommandMode.Confined => new Check("commands", CheckStatus.Ok, $"{worker.Name} runs them in a sandbox"),
            Runtime.CommandMode.Asked => new Check(
                "commands",
                CheckStatus.Warning,
                $"{worker.Name} has no sandbox: {worker.UnconfinedReason}",
                "Each command of a task is asked about there."),
            Runtime.CommandMode.Unconfined => new Check(
                "commands",
                CheckStatus.Warning,
                $"{worker.Name} has no sandbox: {worker.UnconfinedReason}",
                "It was started with --unconfined-commands: tasks' commands run by the agent's rules alone, with its rights."),
            _ => new Check("commands", CheckStatus.Warning, $"{worker.Name} does not say how it runs them", "Update it."),
        };

    private static async Task<Check> Key(KodaClient client, CancellationToken cancellationToken)
    {
        if (client.Options.Token is null)
            return new Check(
                "key",
                CheckStatus.Failed,
                "there is none",
                "Sign in with koda login, set KODA_TOKEN, or set --data to the server's data directory.");
        var (accepted, fault) = await Try(async () =>
            await client.Agents.ListAsync(cancellationToken: cancellationToken).CountAsync(cancellationToken) >= 0);
        return accepted
            ? new Check("key", CheckStatus.Ok, "accepted")
            : new Check("key", CheckStatus.Failed, fault, "Sign in with koda login, or set KODA_TOKEN to a token of this server.");
    }

    private async Task<Check> CompareClocks(CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new OutgoingConnections(allowLocal: true).CreateHandler(s_callTimeout)) { Timeout = s_callTimeout };
        try
        {
            var before = DateTimeOffset.UtcNow;
            using var answer = await http.GetAsync(new Uri(given.Url, "/api/runtime/ready"), cancellationToken);
            var here = before + ((DateTimeOffset.UtcNow - before) / 2);
            return answer.Headers.Date is { } there
                ? Clock(there - here)
                : new Check("clock", CheckStatus.Warning, "the server does not say its time");
        }
        catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return new Check("clock", CheckStatus.Warning, $"the server's time is not known: {e.Message}");
        }
    }

    /// <param name="ahead">How far the server's clock is ahead of this machine's.</param>
    internal static Check Clock(TimeSpan ahead)
    {
        if (ahead.Duration() <= s_mostSkew)
            return new Check("clock", CheckStatus.Ok, "the server's agrees with this machine's");
        var difference = Terminal.Units.Duration(ahead.Duration());
        return new Check(
            "clock", CheckStatus.Warning, $"the server's is {difference} {(ahead > TimeSpan.Zero ? "ahead of" : "behind")} this machine's",
            "Let both follow a time server: timedatectl set-ntp true");
    }

    internal static Check Versions(string server, IReadOnlyCollection<Runtime.Worker> workers)
    {
        var here = Bare(VersionCommand.Version);
        var different = workers.Where(worker => Bare(worker.Version) != here).Select(worker => $"worker {worker.Name} {worker.Version}");
        if (Bare(server) != here)
            different = different.Prepend($"server {server}");
        return different.Any()
            ? new Check(
                "versions", CheckStatus.Warning, $"command line {VersionCommand.Version}, {string.Join(", ", different)}",
                "Bring them to the same one: the server first, then workers and command lines.")
            : new Check("versions", CheckStatus.Ok, $"{here}, everywhere");
    }

    // What stands behind the plus tells builds of one version apart.
    private static string Bare(string version) => version.Split('+')[0];

    private static async Task<(T? Value, string Fault)> Try<T>(Func<Task<T>> call)
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
