using System.Text.Json.Nodes;
using Koda.Worker.Session;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;

namespace Koda.Worker.Mcp;

/// <summary>One server of tools: started when it is needed, and started again when it has died.</summary>
/// <param name="name">What its tools are called after.</param>
/// <param name="options">How it is started, without placeholders.</param>
/// <param name="place">Whose it is, and what it sees.</param>
/// <param name="sandbox">In which its program runs, with what is kept from it by now.</param>
/// <param name="web">What addresses are reached with.</param>
/// <param name="time">The clock.</param>
/// <param name="told">Hears whether it answers, and how many tools it gives.</param>
/// <param name="logger">Where it says that it does not start.</param>
internal sealed class McpServer(
    string name,
    McpServerOptions options,
    McpPlace place,
    Func<Sandbox> sandbox,
    HttpClient web,
    TimeProvider time,
    Action<bool, int> told,
    ILogger logger) : IAsyncDisposable
{
    /// <summary>How long a server that did not start is left alone: every attempt would wait for it otherwise.</summary>
    public static readonly TimeSpan Rebound = TimeSpan.FromMinutes(1);

    private static readonly TimeSpan s_startTimeout = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _gate = new(1, 1);
    private McpClient? _client;
    private McpProcess? _process;
    private IReadOnlyList<McpTool> _tools = [];
    private long? _failedAt;
    private bool _ended;

    /// <summary>How many attempts use it. Its owner counts them.</summary>
    public int Users { get; set; }

    /// <summary>Runs out when nobody has used it for a while. Its owner sets it.</summary>
    public ITimer? Rest { get; set; }

    /// <summary>The server's tools; none, and a line in the log, when it does not start.</summary>
    /// <param name="anew">Whether a server that runs is asked again.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async Task<IReadOnlyList<McpTool>> Tools(bool anew, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!anew && _failedAt is { } failed && time.GetElapsedTime(failed) < Rebound)
                return [];
            await Start(anew, cancellationToken);
            return _tools;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            logger.McpServerFailed(error, name);
            return [];
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Calls a tool.</summary>
    /// <returns>The result as the server gave it.</returns>
    public async Task<JsonNode?> Call(string tool, JsonObject arguments, CancellationToken cancellationToken)
    {
        McpClient client;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            client = await Start(anew: false, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
        try
        {
            var asked = new JsonObject { ["name"] = tool, ["arguments"] = arguments.DeepClone() };
            return (
                await client.SendRequestAsync(new JsonRpcRequest { Method = RequestMethods.ToolsCall, Params = asked }, cancellationToken)
            ).Result;
        }
        catch (Exception error) when (error is HttpRequestException or IOException)
        {
            // A server that was started again knows nothing of this session.
            await Forget(client);
            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _gate.WaitAsync();
        _ended = true;
        if (Rest is not null)
            await Rest.DisposeAsync();
        await Stop();
        _gate.Release();
    }

    private async Task<McpClient> Start(bool anew, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_ended, this);
        var running = _client is { Completion.IsCompleted: false } ? _client : null;
        if (running is not null && !anew)
            return running;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(s_startTimeout);
        try
        {
            if (running is null)
            {
                await Stop();
                _client = running = await McpClient.CreateAsync(await Transport(), cancellationToken: patience.Token);
                _ = NoticeEnd(running);
                var heard = running;
                running.RegisterNotificationHandler(NotificationMethods.ToolListChangedNotification, (_, _) =>
                {
                    // It waits for the gate, which whoever waits for this server's next message may hold.
                    _ = ListAgain(heard);
                    return ValueTask.CompletedTask;
                });
            }
            var listing = await McpListing.Read(running, patience.Token);
            if (listing.LeftOut.Count > 0)
                logger.McpToolsLeftOut(name, string.Join(", ", listing.LeftOut));
            var names = new McpNames();
            var plainFirst = listing.Tools.OrderByDescending(tool => McpNames.IsPlain(tool.Name));
            _tools = [.. plainFirst.Select(tool => new McpTool(names.Of(name, tool.Name), name, this, tool))];
            _failedAt = null;
            told(true, _tools.Count);
            return running;
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested)
        {
            _failedAt = time.GetTimestamp();
            told(false, 0);
            var process = _process;
            await Stop();
            if (process?.Complaint is { Length: > 0 } complaint)
                throw new ToolException($"{error.Message} Its program said:\n{complaint}");
            throw;
        }
    }

    // Attempts that run keep the tools that they began with.
    private async Task ListAgain(McpClient client)
    {
        await _gate.WaitAsync();
        try
        {
            if (_client == client)
                await Start(anew: true, CancellationToken.None);
        }
        catch (Exception error)
        {
            logger.McpServerFailed(error, name);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task Forget(McpClient client)
    {
        await _gate.WaitAsync();
        try
        {
            if (_client == client)
                await Stop();
        }
        finally
        {
            _gate.Release();
        }
    }

    // It is started again when it is needed; until then it does not answer.
    private async Task NoticeEnd(McpClient client)
    {
        await client.Completion;
        if (_client == client)
            told(false, 0);
    }

    private async Task Stop()
    {
        var (client, process) = (_client, _process);
        (_client, _process) = (null, null);
        // The client waits for the end of what its program says.
        if (process is not null)
            await process.DisposeAsync();
        if (client is not null)
            await client.DisposeAsync();
    }

    private async Task<IClientTransport> Transport()
    {
        if (options.Url is { } url)
        {
            if (!Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https"))
                throw new ToolException($"The address of the server '{name}' is none of http or https.");
            var http = new HttpClientTransportOptions
            {
                Endpoint = address,
                Name = name,
                AdditionalHeaders = options.Headers?.ToDictionary(),
            };
            return new HttpClientTransport(http, web, ownsHttpClient: false);
        }
        if (options.Command is null)
            throw new ToolException($"The server '{name}' has neither a command nor a url.");
        _process = await McpProcess.Start(options, place, sandbox());
        return _process.Transport;
    }
}
