using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Koda.Contract.Tests.Documents;

/// <summary>
/// The npm package prism between a client and a server: it compares requests and replies with the document, and refuses what departs from
/// it.
/// </summary>
internal sealed class PrismProxy : IAsyncDisposable
{
    private static readonly TimeSpan s_start = TimeSpan.FromMinutes(1);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _lines = new();

    private PrismProxy(Process process, Uri url) => (_process, Url) = (process, url);

    /// <summary>What clients call.</summary>
    public Uri Url { get; }

    /// <summary>What it found to depart from the document.</summary>
    public IEnumerable<string> Violations => _lines.Where(line => line.Contains("Violation", StringComparison.OrdinalIgnoreCase));

    public static async Task<PrismProxy> Start(string document, Uri server)
    {
        var port = FreePort();
        var start = new ProcessStartInfo(
            NodeTools.Program("prism"), ["proxy", document, server.ToString(), "--errors", "--port", $"{port}", "--host", "127.0.0.1"])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        var process = Process.Start(start)!;
        var proxy = new PrismProxy(process, new Uri($"http://127.0.0.1:{port}"));
        var listening = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        process.OutputDataReceived += (_, line) => proxy.Hear(line.Data, listening);
        process.ErrorDataReceived += (_, line) => proxy.Hear(line.Data, listening);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        try
        {
            await listening.Task.WaitAsync(s_start);
            return proxy;
        }
        catch
        {
            await proxy.DisposeAsync();
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private void Hear(string? line, TaskCompletionSource listening)
    {
        if (line is null)
            return;
        _lines.Enqueue(line);
        if (line.Contains("Prism is listening", StringComparison.Ordinal))
            listening.TrySetResult();
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
