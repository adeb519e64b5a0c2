using System.Text.Json;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging;

namespace Koda.Worker.Mcp;

/// <summary>
/// The servers of tools of a worker: those of its own file, and those of projects where it was told to trust them. One that is started the
/// same way runs once, whoever uses it. It stays between attempts and ends when nobody has used it for some minutes.
/// </summary>
internal sealed class McpServers(WorkerOptions options, Sandbox sandbox, HttpClient web, TimeProvider time, ILogger logger)
    : IAsyncDisposable
{
    /// <summary>How long a server that nobody uses goes on.</summary>
    public static readonly TimeSpan Idle = TimeSpan.FromMinutes(10);

    private readonly Lock _gate = new();
    private readonly Dictionary<string, McpServer> _running = [];
    private readonly McpStates _states = new();
    private readonly PrivatePaths _private = PrivatePaths.Of(options);

    /// <summary>Raised when a report would say something else than before.</summary>
    public event Action Changed
    {
        add => _states.Changed += value;
        remove => _states.Changed -= value;
    }

    /// <summary>What the server is told of the worker's own servers.</summary>
    public McpReport Report() => _states.Report();

    /// <summary>Starts what a workspace has, unless it runs. What does not start is left out, and logged.</summary>
    public async Task<McpUse> Use(Workspace workspace, CancellationToken cancellationToken)
    {
        var servers = Own(workspace);
        if (options.TrustProjectServers)
            AddOfProject(workspace, servers);
        var use = new McpUse(() => Release(servers.Values));
        try
        {
            var tools = await Task.WhenAll(servers.Values.Select(server => server.Tools(anew: false, cancellationToken)));
            // Names of servers and tools together may be those of others.
            var names = new McpNames();
            use.Tools = [.. tools.SelectMany(some => some).Select(tool => tool.As(names))];
            return use;
        }
        catch
        {
            use.Dispose();
            throw;
        }
    }

    /// <summary>Reads the worker's own file again, starts what it names, and asks what runs for its tools.</summary>
    public async Task Refresh(CancellationToken cancellationToken)
    {
        var place = options.DefaultWorkspace is { } path && Directory.Exists(path) ? path : Path.GetTempPath();
        var servers = Own(Workspace.Open(place, []));
        try
        {
            await Task.WhenAll(servers.Values.Select(server => server.Tools(anew: true, cancellationToken)));
        }
        finally
        {
            Release(servers.Values);
        }
    }

    public async ValueTask DisposeAsync()
    {
        McpServer[] all;
        lock (_gate)
        {
            all = [.. _running.Values];
            _running.Clear();
        }
        await Task.WhenAll(all.Select(server => server.DisposeAsync().AsTask()));
    }

    private Dictionary<string, McpServer> Own(Workspace workspace)
    {
        var named = Read(Path.Combine(options.DataDirectory, McpFile.Name));
        _states.Name(named);
        return Take(named, workspace, options.DataDirectory, isOwn: true);
    }

    private void AddOfProject(Workspace workspace, Dictionary<string, McpServer> own)
    {
        var named = Read(Path.Combine(workspace.Root, ".koda", McpFile.Name)).Where(server => !own.ContainsKey(server.Key)).ToDictionary();
        foreach (var (name, server) in Take(named, workspace, workspace.Root, isOwn: false))
            own.Add(name, server);
    }

    private IReadOnlyDictionary<string, McpServerOptions> Read(string file)
    {
        try
        {
            return McpFile.Read(file);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            logger.McpFileUnreadable(error, file);
            return new Dictionary<string, McpServerOptions>();
        }
    }

    private Dictionary<string, McpServer> Take(
        IReadOnlyDictionary<string, McpServerOptions> named, Workspace workspace, string directory, bool isOwn) =>
        named
            .Where(server => !server.Value.Disabled)
            .ToDictionary(server => server.Key, server => Take(server.Key, server.Value, workspace, directory, isOwn));

    private McpServer Take(string name, McpServerOptions entry, Workspace workspace, string directory, bool isOwn)
    {
        var filled = entry.Filled(workspace, directory);
        return Take(
            name,
            filled,
            new McpPlace(isOwn, isOwn && !entry.NamesWorkspace ? null : workspace.Root, entry.Cwd is null ? null : filled.Cwd));
    }

    private McpServer Take(string name, McpServerOptions filled, McpPlace place)
    {
        var key = JsonSerializer.Serialize((name, place, filled), s_keyJson);
        lock (_gate)
        {
            if (!_running.TryGetValue(key, out var server))
            {
                _running[key] = server = new McpServer(name, filled, place, Covered, web, time, Told, logger);
                var started = server;
                server.Rest = time.CreateTimer(_ => EndIdle(key, started), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            }
            server.Users++;
            server.Rest?.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return server;
        }

        void Told(bool isActive, int tools)
        {
            if (place.IsOwn)
                _states.Tell(name, isActive, tools);
        }
    }

    // The same as of commands: what is there by now.
    private Sandbox Covered() => sandbox.Covering(_private.Below("/", []));

    private void Release(IEnumerable<McpServer> servers)
    {
        lock (_gate)
        {
            foreach (var server in servers)
            {
                if (--server.Users == 0)
                    server.Rest?.Change(Idle, Timeout.InfiniteTimeSpan);
            }
        }
    }

    private void EndIdle(string key, McpServer server)
    {
        lock (_gate)
        {
            if (server.Users > 0 || !_running.Remove(key))
                return;
        }
        _ = End(server);
    }

    private async Task End(McpServer server)
    {
        try
        {
            await server.DisposeAsync();
        }
        catch (Exception error) when (error is IOException or InvalidOperationException or OperationCanceledException)
        {
            logger.McpServerNotEnded(error);
        }
    }

    private static readonly JsonSerializerOptions s_keyJson = new() { IncludeFields = true };
}

/// <summary>The tools of servers for as long as an attempt uses them.</summary>
internal sealed class McpUse(Action release) : IDisposable
{
    public IReadOnlyList<ITool> Tools { get; set; } = [];

    public void Dispose() => release();
}
