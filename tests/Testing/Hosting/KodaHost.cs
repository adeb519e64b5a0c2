using System.Net.Http.Headers;
using Koda.Client;
using Koda.Server.Hosting;
using Koda.Worker.Session;
using Microsoft.AspNetCore.Builder;

namespace Koda.Testing.Hosting;

/// <summary>
/// A whole server in this process on a port of its own, with the clients that a test needs and the workers that it starts.
/// </summary>
public sealed class KodaHost : IAsyncDisposable
{
    private static readonly TimeSpan s_workerDrain = TimeSpan.FromSeconds(2);

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;
    private readonly CancellationTokenSource _stopWorkers = new();
    private readonly List<Task> _workers = [];

    private KodaHost(WebApplication app, DirectoryInfo folder)
    {
        _app = app;
        _folder = folder;
        var files = new ServerFiles(Data(folder));
        (OperatorToken, WorkerToken) = (files.ReadOperatorToken()!, files.ReadWorkerToken()!);
        // The first is the port; what follows is no address that a client could use.
        Url = new Uri(app.Urls.First());
        Http = new HttpClient { BaseAddress = Url };
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", OperatorToken);
        Rest = new RestClient(Http);
        Client = ClientWith(OperatorToken);
    }

    /// <summary>Where the server listens.</summary>
    public Uri Url { get; }

    /// <summary>A token with every scope.</summary>
    public string OperatorToken { get; }

    /// <summary>The token of workers.</summary>
    public string WorkerToken { get; }

    /// <summary>Calls as the operator, over HTTP/1.1.</summary>
    public HttpClient Http { get; }

    /// <summary>The same with JSON in and out.</summary>
    public RestClient Rest { get; }

    /// <summary>Calls as the operator, over gRPC, each once.</summary>
    public KodaClient Client { get; }

    /// <summary>The directory of tasks that name none.</summary>
    public string Workspace => _folder.CreateSubdirectory("workspace").FullName;

    /// <summary>Where workers keep their files.</summary>
    public string WorkerDirectory => _folder.CreateSubdirectory("worker").FullName;

    /// <summary>Where the server keeps its files.</summary>
    public string DataDirectory => Data(_folder);

    internal IServiceProvider Services => _app.Services;

    /// <summary>Starts a server on a database that has nothing but the schema.</summary>
    public static async Task<KodaHost> Start(string connectionString, Func<ServerOptions, ServerOptions>? configure = null)
    {
        var folder = Directory.CreateTempSubdirectory("koda-host-");
        var options = new ServerOptions
        {
            DataDirectory = Data(folder),
            DatabaseUrl = connectionString,
            Listen = new Uri("http://127.0.0.1:0"),
            // All tests of a class come from one address; those of limits say which they are about.
            Security = new ServerSecurity { RateLimit = "off" },
        };
        return new KodaHost(await ServerHost.Start(configure?.Invoke(options) ?? options, CancellationToken.None), folder);
    }

    /// <summary>A gRPC client with another credential. Null: none.</summary>
    public KodaClient ClientWith(string? token) => new(new KodaClientOptions { Url = Url, Token = token, MaxAttempts = 1 });

    /// <summary>Runs a worker in this process until the host is disposed.</summary>
    public void StartWorker(Func<WorkerOptions, WorkerOptions>? configure = null)
    {
        // Without the sandbox, so that tests find the same programs on every machine, and by the agents' rules alone.
        var options = new WorkerOptions
        {
            ServerUrl = Url,
            Token = WorkerToken,
            DefaultWorkspace = Workspace,
            DataDirectory = WorkerDirectory,
            Sandbox = false,
            UnconfinedCommands = true,
            DrainTimeout = s_workerDrain,
        };
        _workers.Add(WorkerHost.Run(configure?.Invoke(options) ?? options, stop: _stopWorkers.Token));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopWorkers.CancelAsync();
        await Task.WhenAll(_workers);
        await Client.DisposeAsync();
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
        _stopWorkers.Dispose();
        _folder.Delete(recursive: true);
    }

    private static string Data(DirectoryInfo folder) => Path.Combine(folder.FullName, "data");
}
