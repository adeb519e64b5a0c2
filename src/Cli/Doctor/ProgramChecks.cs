using System.ComponentModel;
using System.Diagnostics;
using Koda.Worker.Session;

namespace Koda.Cli.Doctor;

/// <summary>Looks for the programs that Koda uses, by asking each for its version.</summary>
internal static class ProgramChecks
{
    private const string PostgresFolders = "/usr/lib/postgresql";

    /// <summary>What a server needs.</summary>
    public static IReadOnlyList<Probe> Server { get; } = [Probe.Of("postgres", Postgres)];

    /// <summary>What a worker is better with.</summary>
    public static IReadOnlyList<Probe> Worker { get; } =
    [
        Probe.Of("git", cancellationToken => Look("git", "git", $"The git tool needs it: {Packages.Install("git")}", cancellationToken)),
        Probe.Of("sandbox", Sandbox),
        Probe.Of("ripgrep", cancellationToken =>
            Look("ripgrep", "rg", $"Agents search large trees with it in their commands: {Packages.Install("ripgrep")}", cancellationToken)
        ),
    ];

    private static async Task<Check> Sandbox(CancellationToken cancellationToken)
    {
        var found = await Look(
            "sandbox", "bwrap", $"Without it, each command of a task is asked about: {Packages.Install("bubblewrap")}", cancellationToken);
        return found.Status == CheckStatus.Ok && await WorkerHost.SandboxProblem() is { } problem
            ? new Check(
                "sandbox",
                CheckStatus.Warning,
                problem.TrimEnd('.'),
                "docs/sandbox.md says what a sandbox needs, and what holds without it.")
            : found;
    }

    private static async Task<Check> Look(string name, string program, string advice, CancellationToken cancellationToken) =>
        await Version(program, cancellationToken) is { } version
            ? new Check(name, CheckStatus.Ok, version)
            : new Check(name, CheckStatus.Warning, $"{program} is not on PATH", advice);

    /// <summary>PostgreSQL's server programs are not on PATH everywhere.</summary>
    private static async Task<Check> Postgres(CancellationToken cancellationToken)
    {
        var folders = Directory.Exists(PostgresFolders) ? Directory.GetDirectories(PostgresFolders) : [];
        foreach (var program in folders.OrderDescending().Select(folder => Path.Combine(folder, "bin", "postgres")).Append("postgres"))
            if (await Version(program, cancellationToken) is { } version)
                return new Check("postgres", CheckStatus.Ok, version);
        return new Check("postgres", CheckStatus.Warning, "no PostgreSQL server programs found",
            $"koda up installs them when it can; or: {Packages.Install("postgresql")}; or set KODA_DATABASE_URL.");
    }

    private static async Task<string?> Version(string program, CancellationToken cancellationToken)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, "--version") { RedirectStandardOutput = true });
            if (process is null)
                return null;
            try
            {
                var output = await process.StandardOutput.ReadToEndAsync(cancellationToken);
                await process.WaitForExitAsync(cancellationToken);
                return process.ExitCode == 0 ? output.Split('\n')[0].Trim() : null;
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                throw;
            }
        }
        catch (Win32Exception)
        {
            // The system's way to say that there is no such program.
            return null;
        }
    }
}
