using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Koda.Bench;

/// <summary>A server of its own, on a free port and an empty data folder.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private static readonly string s_masterKey = Convert.ToBase64String(new byte[32]);
    private readonly Process _process;
    private readonly DirectoryInfo _data;

    private ServerProcess(Process process, DirectoryInfo data, Uri url)
    {
        _process = process;
        _data = data;
        Url = url;
    }

    public Uri Url { get; }

    public string Token => File.ReadAllText(Path.Combine(_data.FullName, "operator.token")).Trim();

    public string WorkerToken => File.ReadAllText(Path.Combine(_data.FullName, "worker.token")).Trim();

    /// <summary>From the start of the process to its first readiness.</summary>
    public TimeSpan ColdStart { get; private set; }

    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>What the server's threads have used of the processors since its start.</summary>
    public TimeSpan ProcessorTime
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime;
        }
    }

    /// <summary>
    /// Starts the server of a checkout that tools/build.sh has built; of this one where <paramref name="checkout"/> names none.
    /// </summary>
    public static async Task<ServerProcess> Start(string databaseUrl, string? checkout = null)
    {
        var data = Directory.CreateTempSubdirectory("koda-bench-data-");
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var koda = Path.Combine(checkout ?? Path.Combine(AppContext.BaseDirectory, "../../../../.."), "src/Cli/bin/Release/app/koda.dll");
        var info = new ProcessStartInfo("dotnet", [koda, "server", "--data", data.FullName, "--listen", url.ToString().TrimEnd('/')])
        {
            // One key for all: a database is started again with another data folder.
            Environment = { ["KODA_DATABASE_URL"] = databaseUrl, ["KODA_MASTER_KEY"] = s_masterKey },
            RedirectStandardOutput = true,
        };
        var watch = Stopwatch.StartNew();
        var process = Process.Start(info)!;
        process.OutputDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        var server = new ServerProcess(process, data, url);
        await server.WaitUntilReady();
        server.ColdStart = watch.Elapsed;
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
        _data.Delete(recursive: true);
    }

    private async Task WaitUntilReady()
    {
        using var http = new HttpClient { BaseAddress = Url };
        while (!_process.HasExited)
        {
            try
            {
                if ((await http.GetAsync(new Uri("/api/runtime/ready", UriKind.Relative))).IsSuccessStatusCode)
                    return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }

            await Task.Delay(10);
        }

        throw new InvalidOperationException($"The server ended with {_process.ExitCode}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
