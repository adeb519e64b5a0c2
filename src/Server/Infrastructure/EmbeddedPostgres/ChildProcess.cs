using System.ComponentModel;
using System.Diagnostics;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>Runs a program to its end and takes what it wrote.</summary>
internal static class ChildProcess
{
    /// <param name="program">A path, or a name to be found on PATH.</param>
    /// <param name="arguments">Passed as they are; no shell reads them.</param>
    /// <param name="user">The account to run as; null for this process's own.</param>
    /// <param name="cancellationToken">Ends the program too.</param>
    /// <returns>Its standard output.</returns>
    /// <exception cref="InvalidOperationException">It could not be started, or its exit code was not 0; the message quotes what it
    /// wrote.</exception>
    public static Task<string> Run(string program, IEnumerable<string> arguments, string? user, CancellationToken cancellationToken) =>
        Run(program, arguments, user, new Dictionary<string, string>(), cancellationToken);

    /// <summary>
    /// The same with variables in its environment, which no other user of the machine can read as they can its arguments.
    /// </summary>
    public static async Task<string> Run(
        string program, IEnumerable<string> arguments, string? user, IReadOnlyDictionary<string, string> environment,
        CancellationToken cancellationToken)
    {
        // The account may not be allowed to enter the folder that this process was started in.
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            WorkingDirectory = "/",
        };
        start.Environment["LC_ALL"] = "C";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        if (user is not null)
            start.UserName = user;
        using var process = Start(start);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} failed ({process.ExitCode}): {await errors}{await output}".TrimEnd());
        return await output;
    }

    private static Process Start(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception failure)
        {
            throw new InvalidOperationException($"{start.FileName} cannot be started: {failure.Message}", failure);
        }
    }
}
