using System.Diagnostics;
using Xunit;

namespace Koda.Testing;

/// <summary>Runs a program that is not ours to its end.</summary>
public static class PeerProcess
{
    /// <summary>Whether a program is there and ends well.</summary>
    public static async Task<bool> Try(string program, params string[] arguments)
    {
        if (!File.Exists(program))
            return false;
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }

    /// <summary>
    /// Runs a program and gives its output; fails the test with all that it wrote when it fails, or does not end in time.
    /// </summary>
    public static async Task<string> Run(string directory, TimeSpan limit, string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = directory,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start.");
        using var timeout = new CancellationTokenSource(limit);
        var output = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            Assert.Fail($"{program} {string.Join(' ', arguments)} did not end within {limit}.\n{await output}\n{await errors}");
        }

        var wrote = $"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}.\n{await output}\n{await errors}";
        Assert.True(process.ExitCode == 0, wrote);
        return await output;
    }
}
