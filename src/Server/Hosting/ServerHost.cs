using System.Net;
using System.Net.Sockets;
using Koda.Server.Engine.Secrets;
using Koda.Server.Http;
using Koda.Server.Http.OpenApi;
using Koda.Server.Infrastructure.EmbeddedPostgres;
using Koda.Server.Infrastructure.Postgres;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Koda.Server.Hosting;

/// <summary>Runs a server: its database, its engine, and all surfaces on one port.</summary>
public static class ServerHost
{
    private static readonly TimeSpan s_ping = TimeSpan.FromSeconds(10);

    /// <summary>Runs a server until it is told to stop, by the token or by a signal.</summary>
    /// <exception cref="ServerStartException">A database of the operator's or the address cannot be used.</exception>
    /// <exception cref="InvalidOperationException">The folder or the private database cannot be had; the message says why.</exception>
    public static async Task Run(ServerOptions options, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(options.DataDirectory);
        using var folder = options.DatabaseUrl is null ? DataFolderLock.Take(options.DataDirectory) : null;
        await using var app = await Start(options, cancellationToken);
        await app.WaitForShutdownAsync(cancellationToken);
        // A server that ends in good order leaves nothing running; one that is killed leaves its PostgreSQL for the next to adopt.
        if (app.Services.GetService<PostgresCluster>() is { } cluster)
            await cluster.Stop(CancellationToken.None);
    }

    /// <summary>Starts a server and returns when it takes calls.</summary>
    internal static async Task<WebApplication> Start(ServerOptions options, CancellationToken cancellationToken)
    {
        options.Security.Check();
        Directory.CreateDirectory(options.DataDirectory);
        var cluster = options.DatabaseUrl is null
            ? await PostgresCluster.Start(
                new PostgresClusterOptions { DataFolder = options.DataDirectory, Report = options.Report }, cancellationToken)
            : null;
        options.Report("Preparing the server");
        var masterKeys = await KeyRing.Load(options.DataDirectory, cancellationToken);
        var app = Build(options, cluster, masterKeys);
        // Each takes half a second and more, and mostly waits: one for the database, the other for the just-in-time compiler.
        var mapping = Task.Run(() => Map(app, options), CancellationToken.None);
        if (cluster is null)
            await DatabaseAtStart.Require(ConnectionString(options), options.DatabasePatience, StartupLog(app), cancellationToken);
        await EngineStartup.Run(app.Services, options, cancellationToken);
        await mapping;
        await Listen(app, options.Listen, cancellationToken);
        return app;
    }

    private static async Task Listen(WebApplication app, Uri address, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new ServerStartException(
                StartFault.Address,
                $"{address.GetLeftPart(UriPartial.Authority)} is taken by another program.",
                "Stop that, or choose another address with --listen.",
                taken);
        }
        catch (SocketException refused)
        {
            throw new ServerStartException(
                StartFault.Address,
                $"Cannot listen on {address.GetLeftPart(UriPartial.Authority)}: {refused.Message}.",
                "Choose another address with --listen.",
                refused);
        }
    }

    private static string ConnectionString(ServerOptions options)
    {
        try
        {
            return DatabaseUrl.ToConnectionString(options.DatabaseUrl!);
        }
        catch (ArgumentException wrong)
        {
            throw new ServerStartException(StartFault.Database, wrong.Message, "Correct --database-url or KODA_DATABASE_URL.", wrong);
        }
    }

    private static ILogger StartupLog(WebApplication app) =>
        app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Koda.Server.Startup");

    private static WebApplication Build(ServerOptions options, PostgresCluster? cluster, KeyRing masterKeys)
    {
        var builder = WebApplication.CreateSlimBuilder();
        // The framework tells of each request what the server tells itself.
        var ofFramework = options.LogLevel < LogLevel.Information ? LogLevel.Information : LogLevel.Warning;
        builder.Logging.SetMinimumLevel(options.LogLevel).AddFilter("Microsoft", ofFramework).AddFilter("Grpc", ofFramework);
        if (options.Log is { } log)
            builder.Logging.ClearProviders().AddProvider(log);
        builder.AddTelemetry(options.TelemetrySettings);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.LeaveLimitsToErrorBodies();
            kestrel.ListenOnePort(EndPointOf(options.Listen));
            // A worker or a follower that is gone without a word is noticed within twice this time.
            kestrel.Limits.Http2.KeepAlivePingDelay = s_ping;
            kestrel.Limits.Http2.KeepAlivePingTimeout = s_ping;
        });
        // Nothing here blocks a thread, so a request need not change threads on its way in and out: that is most of what a quick call
        // costs.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        var connectionString = cluster?.ConnectionString ?? ConnectionString(options);
        builder.Services
            .AddSingleton(new DatabaseOptions { ConnectionString = connectionString })
            .AddSingleton(masterKeys)
            .AddEngine(options)
            .AddSurfaces()
            .Configure<RpcOptions>(rpc => rpc.AllowedOrigins = AllowedOrigins.Parse(options.Security.AllowedOrigins));
        if (cluster is not null)
            builder.Services.AddSingleton(cluster).AddHostedService<PostgresKeeper>();
        return builder.Build();
    }

    private static void Map(WebApplication app, ServerOptions options)
    {
        app.UseForwardedHeadersOf(TrustedProxies.Parse(options.Security.TrustedProxies));
        app.UseErrorBodies();
        app.UseRpc();
        app.UseCallAdmission();
        app.MapSurfaces();
        app.MapMetrics();
        app.UseOpenApiDocuments();
    }

    private static IPEndPoint EndPointOf(Uri listen) =>
        listen.Host switch
        {
            "localhost" => new IPEndPoint(IPAddress.Loopback, listen.Port),
            var host when IPAddress.TryParse(host.Trim('[', ']'), out var address) => new IPEndPoint(address, listen.Port),
            var host => throw new InvalidOperationException(
                $"--listen takes an address, such as http://127.0.0.1:8090, and not the name '{host}'."
            ),
        };
}
