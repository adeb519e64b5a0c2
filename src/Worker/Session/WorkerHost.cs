using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Configuration;
using Koda.Client.Calls;
using Koda.Worker.Loop;
using Koda.Worker.Mcp;
using Koda.Worker.Tools;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Koda.Worker.Session;

/// <summary>Runs a worker in this process.</summary>
public static class WorkerHost
{
    // Other failures may have had an effect.
    private static readonly MethodConfig s_retried = new()
    {
        Names = { MethodName.Default },
        RetryPolicy = new RetryPolicy
        {
            MaxAttempts = 5,
            InitialBackoff = TimeSpan.FromMilliseconds(100),
            MaxBackoff = TimeSpan.FromSeconds(5),
            BackoffMultiplier = 2,
            RetryableStatusCodes = { StatusCode.Unavailable },
        },
    };

    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);

    /// <summary>What is missing of the sandbox on this machine, found out by a trial. Null: nothing.</summary>
    public static async Task<string?> SandboxProblem() => (await Sandbox.Detect([])).Missing ?? SystemCalls.Missing;

    /// <summary>Does the same over a channel of its own to the server of the options.</summary>
    /// <inheritdoc cref="Run(WorkerOptions, CallInvoker, ILogger?, CancellationToken)"/>
    public static async Task Run(WorkerOptions options, ILogger? logger = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        using var channel = GrpcChannel.ForAddress(options.ServerUrl, new GrpcChannelOptions
        {
            // A server that is gone without a word is noticed well within a lease.
            HttpHandler = ChannelSettings.CreateHandler(options.ServerUrl),
            DisposeHttpClient = true,
            ServiceConfig = new ServiceConfig { MethodConfigs = { s_retried } },
        });
        await Run(options, channel.CreateCallInvoker(), logger, stop);
    }

    /// <summary>
    /// Claims work and runs agents until <paramref name="stop"/> is cancelled. Then it takes no more work, gives running attempts back at
    /// their next step, and returns within the drain timeout of the options.
    /// </summary>
    /// <param name="options">Who the worker is and what it may do.</param>
    /// <param name="invoker">Carries the calls to the server.</param>
    /// <param name="logger">Where the worker says what happens. Null: nowhere.</param>
    /// <param name="stop">Tells the worker to leave.</param>
    /// <exception cref="ArgumentException">The options are not usable.</exception>
    /// <exception cref="RpcException">The server refuses this worker for good: its token or its scope.</exception>
    public static async Task Run(WorkerOptions options, CallInvoker invoker, ILogger? logger = null, CancellationToken stop = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Slots, 1);
        if (options.DefaultWorkspace is { } workspace && PrivatePaths.Of(options).IsKoda(RealPaths.Resolve(workspace)))
            throw new ArgumentException(
                $"The workspace {workspace} is Koda's data directory, or lies in it. No agent works there: name another by --workspace.",
                nameof(options));
        logger ??= NullLogger.Instance;
        var calls = new WorkerCalls(invoker, options.Token);
        var sandbox = options.Sandbox ? await Sandbox.Detect(options.SandboxReadablePaths) : Sandbox.Off("It is switched off.");
        if (sandbox.Missing is { } why)
            logger.NoSandbox(why);
        using var web = new HttpClient(new OutgoingConnections(options.AllowPrivateFetch).CreateHandler(s_connectTimeout))
        {
            Timeout = Timeout.InfiniteTimeSpan,
        };
        await using var servers = new McpServers(options, sandbox, web, TimeProvider.System, logger);
        await using var background = new HeldCommands(TimeProvider.System);
        var runner = new AttemptRunner(options, calls, Toolbox.BuiltIn(web), sandbox, TimeProvider.System, logger, servers, background);
        await new WorkerSession(options, calls, runner.Run, TimeProvider.System, logger, servers, background.End, sandbox).Run(
            stop);
    }
}
