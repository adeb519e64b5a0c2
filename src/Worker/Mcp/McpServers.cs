using System.Text.Json;
using System.Text.RegularExpressions;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;

namespace Koda.Worker.Mcp;

/// <summary>
/// The servers of tools that an attempt uses: those of the worker, and those of the project where the worker was told to trust it. They are
/// started for the attempt and end with it.
/// </summary>
internal sealed partial class McpServers(HttpClient web, ILogger logger) : IAsyncDisposable
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    private readonly List<McpClient> _clients = [];

    /// <summary>Starts the servers of some files and gives their tools. A server that does not start is left out, and logged.</summary>
    public async Task<IReadOnlyList<ITool>> StartAsync(IEnumerable<string?> files, Workspace workspace, CancellationToken ct)
    {
        var tools = new List<ITool>();
        foreach (var (name, server) in files.SelectMany(Read).DistinctBy(server => server.Key))
            tools.AddRange(await StartAsync(Plain().Replace(name, "_"), server, workspace, ct));
        return tools;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var client in _clients)
            await client.DisposeAsync();
    }

    private IEnumerable<KeyValuePair<string, McpServerOptions>> Read(string? file)
    {
        try
        {
            return McpFile.Read(file);
        }
        catch (Exception error) when (error is JsonException or IOException or UnauthorizedAccessException)
        {
            logger.McpFileUnreadable(error, file!);
            return [];
        }
    }

    private async Task<IEnumerable<ITool>> StartAsync(string name, McpServerOptions server, Workspace workspace, CancellationToken ct)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(ct);
        patience.CancelAfter(StartTimeout);
        try
        {
            var client = await McpClient.CreateAsync(Transport(name, server, workspace), cancellationToken: patience.Token);
            _clients.Add(client);
            return (await client.ListToolsAsync(cancellationToken: patience.Token)).Select(tool => new McpTool(name, tool));
        }
        catch (Exception error) when (!ct.IsCancellationRequested)
        {
            logger.McpServerFailed(error, name);
            return [];
        }
    }

    private IClientTransport Transport(string name, McpServerOptions server, Workspace workspace)
    {
        if (server.Url is { } url)
            return new HttpClientTransport(new HttpClientTransportOptions { Endpoint = url, Name = name, AdditionalHeaders = Filled(server.Headers) }, web, ownsHttpClient: false);
        var environment = CommandEnvironment.Create(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile));
        foreach (var (variable, value) in Filled(server.Env))
            environment[variable] = value;
        return new StdioClientTransport(new StdioClientTransportOptions
        {
            Name = name,
            Command = server.Command ?? throw new ToolException($"The server '{name}' has neither a command nor a url."),
            Arguments = [.. server.Args ?? []],
            WorkingDirectory = workspace.Root,
            InheritEnvironmentVariables = false,
            EnvironmentVariables = environment!,
            ShutdownTimeout = TimeSpan.FromSeconds(2),
        });
    }

    private static Dictionary<string, string> Filled(IReadOnlyDictionary<string, string>? values) => (values ?? new Dictionary<string, string>())
        .ToDictionary(value => value.Key, value => Placeholder().Replace(value.Value, match => Environment.GetEnvironmentVariable(match.Groups[1].Value) ?? ""));

    [GeneratedRegex(@"\$\{(\w+)\}")]
    private static partial Regex Placeholder();

    [GeneratedRegex(@"[^A-Za-z0-9_-]")]
    private static partial Regex Plain();
}
