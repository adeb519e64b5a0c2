using System.ComponentModel;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using Koda.Worker.Session;

namespace Koda.Cli.Doctor;

/// <summary>Looks for the programs that Koda uses, by asking each for its version.</summary>
internal static class ProgramChecks
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private const string PostgresFolders = "/usr/lib/postgresql";

    public static async IAsyncEnumerable<Check> RunAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        yield return await LookAsync("dotnet", "dotnet", "Needed to build: https://dot.net/download", cancellation);
        yield return await PostgresAsync(cancellation);
        yield return await LookAsync("git", "git", "The git tool needs it: apt-get install git", cancellation);
        yield return await SandboxAsync(cancellation);
    }

    private static async Task<Check> SandboxAsync(CancellationToken cancellation)
    {
        var found = await LookAsync("sandbox", "bwrap", "Commands run without a sandbox then: apt-get install bubblewrap", cancellation);
        return found.Status == CheckStatus.Ok && await WorkerHost.SandboxProblemAsync() is { } problem
            ? new Check("sandbox", CheckStatus.Warning, problem, "docs/sandbox.md says what a sandbox needs, and what holds without it.")
            : found;
    }

    private static async Task<Check> LookAsync(string name, string program, string advice, CancellationToken cancellation) =>
        await VersionAsync(program, cancellation) is { } version
            ? new Check(name, CheckStatus.Ok, version)
            : new Check(name, CheckStatus.Warning, $"{program} is not on PATH", advice);

    /// <summary>PostgreSQL's server programs are not on PATH everywhere.</summary>
    private static async Task<Check> PostgresAsync(CancellationToken cancellation)
    {
        var folders = Directory.Exists(PostgresFolders) ? Directory.GetDirectories(PostgresFolders) : [];
        foreach (var program in folders.OrderDescending().Select(folder => Path.Combine(folder, "bin", "postgres")).Append("postgres"))
            if (await VersionAsync(program, cancellation) is { } version) return new Check("postgres", CheckStatus.Ok, version);
        return new Check("postgres", CheckStatus.Warning, "no PostgreSQL server programs found",
            "koda up installs them when it can; or: apt-get install postgresql; or set KODA_DATABASE_URL.");
    }

    private static async Task<string?> VersionAsync(string program, CancellationToken cancellation)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true });
            if (process is null) return null;
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Patience);
            try
            {
                var output = await process.StandardOutput.ReadToEndAsync(limit.Token);
                await process.WaitForExitAsync(limit.Token);
                return process.ExitCode == 0 ? output.Split('\n')[0].Trim() : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                cancellation.ThrowIfCancellationRequested();
                return null;
            }
        }
        catch (Win32Exception)
        {
            // The system's way to say that there is no such program.
            return null;
        }
    }
}
