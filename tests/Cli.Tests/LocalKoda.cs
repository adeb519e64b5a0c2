using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Koda.Cli.Tests;

/// <summary>A server and a worker as <c>koda up</c> starts them, and the command line as a process of its own.</summary>
public sealed class LocalKoda : IAsyncLifetime
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(3);

    public string Data { get; } = Path.Combine(Path.GetTempPath(), $"koda-cli-{Guid.NewGuid():n}");

    public string Workspace { get; } = Directory.CreateTempSubdirectory("koda-workspace-").FullName;

    public string Url { get; } = $"http://127.0.0.1:{FreePort()}";

    public async Task InitializeAsync()
    {
        File.WriteAllText(Path.Combine(Workspace, "server.js"), "require('http').createServer((q, r) => r.end(eval(q.url)));\n");
        // A chat in the tests' own process begins in their directory.
        var up = await Run(
            "up", "--listen", Url, "--workspace", Workspace, "--root", Workspace, "--root", Directory.GetCurrentDirectory(), "--detach");
        Assert.True(up.ExitCode == 0, up.Error);
        Assert.Contains("Koda is ready", up.Out);
        Assert.Contains("Starting the server ...", up.Error);
    }

    public async Task DisposeAsync()
    {
        await Run("down");
        Directory.Delete(Data, recursive: true);
        Directory.Delete(Workspace, recursive: true);
    }

    /// <summary>Runs <c>koda</c> with these arguments on this server's data directory.</summary>
    internal Task<CliRun> Run(params string[] args) => RunWithInput("", args);

    /// <summary>The same with something on stdin.</summary>
    internal Task<CliRun> RunWithInput(string input, params string[] args) => Run(input, [], [.. args, "--data", Data]);

    /// <summary>Runs <c>koda</c> with these arguments alone, and with variables in its environment.</summary>
    internal Task<CliRun> RunIn(Dictionary<string, string> environment, params string[] args) => Run("", environment, args);

    private async Task<CliRun> Run(string input, Dictionary<string, string> environment, string[] args)
    {
        var start = new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "koda"), args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = Workspace,
        };
        foreach (var name in (string[])["KODA_URL", "KODA_TOKEN", "KODA_DATA", "KODA_DATABASE_URL"])
            start.Environment.Remove(name);
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var limit = new CancellationTokenSource(s_patience);
        var output = process.StandardOutput.ReadToEndAsync(limit.Token);
        var error = process.StandardError.ReadToEndAsync(limit.Token);
        await process.WaitForExitAsync(limit.Token);
        return new CliRun(process.ExitCode, await output, await error);
    }

    /// <summary>Applies an agent that plays these steps.</summary>
    internal async Task ApplyScript(
        string id, string steps, string tools = "[read, write, bash]", string mode = "primary", string permissions = "[]")
    {
        var file = Path.Combine(Workspace, id + ".yaml");
        await File.WriteAllTextAsync(
            file,
            $"id: {id}\nmode: {mode}\ntools: {tools}\npermissions: {permissions}\nprovider: {{kind: offline, options: {{script: {steps}}}}}\n"
        );
        var applied = await Run("agents", "apply", file);
        Assert.True(applied.ExitCode == 0, applied.Error);
    }

    internal int PidOf(string role) => int.Parse(File.ReadAllText(Path.Combine(Data, role + ".pid")), CultureInfo.InvariantCulture);

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
