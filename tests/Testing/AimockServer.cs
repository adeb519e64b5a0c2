using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Koda.Testing;

/// <summary>The npm package @copilotkit/aimock as a process: a server, not ours, that speaks the providers' wires.</summary>
public sealed partial class AimockServer : IDisposable
{
    private readonly Process _process;

    private AimockServer(Process process, Uri url) => (_process, Url) = (process, url);

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>Starts it with further flags of its command line.</summary>
    public static async Task<AimockServer> Start(params IEnumerable<string> flags)
    {
        var program = Path.Combine(NodeFolder(), "node_modules/@copilotkit/aimock/dist/cli.js");
        if (!File.Exists(program))
            throw new InvalidOperationException("@copilotkit/aimock is not installed: run 'npm ci' in tests/Worker.Tests/node.");
        var start = new ProcessStartInfo("node") { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var argument in new[] { program, "-p", "0", "-f", Path.Combine(NodeFolder(), "fixtures.json") }.Concat(flags))
            start.ArgumentList.Add(argument);

        var process = Process.Start(start)!;
        try
        {
            var listening = new TaskCompletionSource<Uri>(TaskCreationOptions.RunContinuationsAsynchronously);
            process.EnableRaisingEvents = true;
            process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("aimock ended before it listened."));
            process.OutputDataReceived += (_, line) =>
            {
                if (line.Data is not null && Address().Match(line.Data) is { Success: true } address)
                    listening.TrySetResult(new Uri(address.Value));
            };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            return new AimockServer(process, await listening.Task.WaitAsync(TimeSpan.FromSeconds(60)));
        }
        catch
        {
            process.Kill();
            process.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }

    private static string NodeFolder([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "../Worker.Tests/node"));

    [GeneratedRegex(@"http://127\.0\.0\.1:\d+")]
    private static partial Regex Address();
}
