using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;

namespace Koda.Worker.Tests.Mcp;

/// <summary>The npm package @modelcontextprotocol/server-everything, a server that is not ours, as a process with an address.</summary>
internal sealed class EverythingServer : IDisposable
{
    private readonly Process _process;

    private EverythingServer(Process process) => _process = process;

    /// <summary>Its program.</summary>
    public static string Program([CallerFilePath] string here = "")
    {
        var program = Path.GetFullPath(
            Path.Combine(Path.GetDirectoryName(here)!, "../node/node_modules/@modelcontextprotocol/server-everything/dist/index.js"));
        return File.Exists(program)
            ? program
            : throw new InvalidOperationException("server-everything is not installed: run 'npm ci' in tests/Worker.Tests/node.");
    }

    /// <summary>Starts it and waits until it listens.</summary>
    public static async Task<EverythingServer> Start(int port)
    {
        var start = new ProcessStartInfo("node", [Program(), "streamableHttp"])
        {
            Environment = { ["PORT"] = port.ToString(CultureInfo.InvariantCulture) },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => listening.TrySetException(new InvalidOperationException("server-everything ended before it listened."));
        process.ErrorDataReceived += (_, line) =>
        {
            if (line.Data?.Contains("listening", StringComparison.Ordinal) == true)
                listening.TrySetResult();
        };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var server = new EverythingServer(process);
        try
        {
            await listening.Task.WaitAsync(TimeSpan.FromSeconds(60));
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
