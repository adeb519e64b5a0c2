using System.Net;
using System.Net.Sockets;
using Koda.Server.Hosting;
using Koda.Testing;
using Microsoft.AspNetCore.Builder;

namespace Koda.Follow.Tests;

/// <summary>A server in this process.</summary>
internal sealed class RunningServer(WebApplication app, Uri url, string folder) : IAsyncDisposable
{
    public Uri Url => url;

    public string OperatorToken => Token("operator.token");

    public string WorkerToken => Token("worker.token");

    public static async Task<RunningServer> Start(PostgresFixture postgres)
    {
        var folder = Directory.CreateTempSubdirectory("koda-follow-").FullName;
        var url = new Uri($"http://127.0.0.1:{FreePort()}");
        var options = new ServerOptions
        {
            DataDirectory = folder,
            DatabaseUrl = postgres.ConnectionString,
            Listen = url,
            Lease = FollowedTask.Lease,
        };
        return new RunningServer(await ServerHost.Start(options, CancellationToken.None), url, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    private string Token(string file) => File.ReadAllText(Path.Combine(folder, file)).Trim();

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
