using System.Diagnostics;
using Koda.Server.Infrastructure.EmbeddedPostgres;

namespace Koda.Testing;

/// <summary>A PostgreSQL of its own, as durable as in production, whose postmaster may be killed and started again.</summary>
internal sealed class PostgresProcess : IAsyncDisposable
{
    private readonly PostgresCluster _cluster;
    private readonly string _folder;

    private PostgresProcess(PostgresCluster cluster, string folder)
    {
        (_cluster, _folder) = (cluster, folder);
        AppDomain.CurrentDomain.ProcessExit += (_, _) => Kill();
    }

    public string ConnectionString => _cluster.ConnectionString;

    public bool Runs => _cluster.IsRunning;

    public static async Task<PostgresProcess> StartAsync(string folder)
    {
        var settings = new Dictionary<string, string> { ["shared_buffers"] = "64MB" };
        var options = new PostgresClusterOptions { DataFolder = folder, Settings = settings };
        return new PostgresProcess(await PostgresCluster.Start(options, CancellationToken.None), folder);
    }

    /// <summary>Ends the postmaster by SIGKILL and returns when it is gone. Its backends end when they notice.</summary>
    public void Kill()
    {
        if (!Runs)
            return;
        using var postmaster = Process.GetProcessById(_cluster.ProcessId);
        postmaster.Kill();
        SpinWait.SpinUntil(() => !Runs);
    }

    /// <summary>Starts it again and returns when it has recovered.</summary>
    public Task RestartAsync() => _cluster.Restart(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await _cluster.Stop(CancellationToken.None);
        Directory.Delete(_folder, recursive: true);
    }
}
