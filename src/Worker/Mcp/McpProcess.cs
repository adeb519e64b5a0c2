using System.Diagnostics;
using Koda.Worker.Tools;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Koda.Worker.Mcp;

/// <summary>
/// The program of a server of tools: in the sandbox, unless the worker's owner says otherwise or there is none. It ends with the worker.
/// </summary>
internal sealed class McpProcess : IAsyncDisposable
{
    private const int ShownLines = 10;
    private const int ShownCharacters = 2000;
    private static readonly TimeSpan s_shutdownTimeout = TimeSpan.FromSeconds(2);
    private static readonly string? s_setSid = Executables.Find("setsid");

    private readonly Process _process;
    private readonly ProcessTree _tree;
    private readonly ConfinedCommand? _confined;
    private readonly DirectoryInfo _own;
    private readonly Queue<string> _complaints = [];

    private McpProcess(Process process, ConfinedCommand? confined, DirectoryInfo own)
    {
        (_process, _tree, _confined, _own) = (process, new ProcessTree(process, ofSandbox: confined is not null), confined, own);
        process.ErrorDataReceived += (_, said) => Hear(said.Data);
        process.BeginErrorReadLine();
    }

    /// <summary>The end of what it wrote to its standard error.</summary>
    public string Complaint
    {
        get
        {
            lock (_complaints)
            {
                var said = string.Join('\n', _complaints);
                return said[Math.Max(0, said.Length - ShownCharacters)..];
            }
        }
    }

    /// <summary>Speaks with it.</summary>
    public IClientTransport Transport => new StreamClientTransport(_process.StandardInput.BaseStream, _process.StandardOutput.BaseStream);

    /// <summary>Starts it.</summary>
    /// <param name="options">How, without placeholders.</param>
    /// <param name="place">Whose it is, and what it sees.</param>
    /// <param name="sandbox">The worker's sandbox.</param>
    public static async Task<McpProcess> Start(McpServerOptions options, McpPlace place, Sandbox sandbox)
    {
        if (place.IsOwn && options.Sandbox == false)
            sandbox = Sandbox.Off("The server is named with \"sandbox\": false.");
        var own = Directory.CreateTempSubdirectory("koda-mcp-");
        ConfinedCommand? confined = null;
        try
        {
            IReadOnlyList<string> command = [options.Command!, .. options.Args ?? []];
            if (sandbox.Missing is null)
                confined = sandbox.Confine(command, place.Reach(options, own.FullName));
            // A sandbox ends with the worker by itself. What holds a process group for that would keep the input from the program.
            var line = confined?.Line ?? WithWorker.Program(command);
            var process = await LastingThread.Start(
                StartInfo(s_setSid is null ? line : [s_setSid, .. line], options, own.FullName, confined is not null)
            ) ?? throw new ToolException($"{options.Command} does not start.");
            return new McpProcess(process, confined, own);
        }
        catch
        {
            confined?.Dispose();
            own.Delete(recursive: true);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        using var patience = new CancellationTokenSource(s_shutdownTimeout);
        CloseInput();
        await _tree.Wait(patience.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _tree.Kill();
        using var end = new CancellationTokenSource(s_shutdownTimeout);
        await _process.WaitForExitAsync(end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _process.Dispose();
        _confined?.Dispose();
        try
        {
            _own.Delete(recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // What it made such that nobody may remove it stays with the machine's temporary files.
        }
    }

    private static ProcessStartInfo StartInfo(IReadOnlyList<string> line, McpServerOptions options, string own, bool isConfined)
    {
        var start = new ProcessStartInfo(line[0], line.Skip(1))
        {
            WorkingDirectory = isConfined ? "/" : options.Cwd ?? own,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment.Clear();
        var home = isConfined ? Sandbox.Home : Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        foreach (var (name, value) in CommandEnvironment.Create(home, isConfined).Concat(options.Env ?? new Dictionary<string, string>()))
            start.Environment[name] = value;
        return start;
    }

    private void CloseInput()
    {
        try
        {
            _process.StandardInput.Close();
        }
        catch (IOException)
        {
            // It has ended, and nobody reads what was left to be written.
        }
    }

    private void Hear(string? line)
    {
        if (string.IsNullOrWhiteSpace(line))
            return;
        lock (_complaints)
        {
            if (_complaints.Count == ShownLines)
                _complaints.Dequeue();
            _complaints.Enqueue(line);
        }
    }
}
