using System.Diagnostics;
using System.Globalization;
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

    public static async Task<PostgresProcess> Start(string folder, IReadOnlyDictionary<string, string>? others = null)
    {
        var settings = new Dictionary<string, string>(others ?? new Dictionary<string, string>()) { ["shared_buffers"] = "64MB" };
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

    /// <summary>Stops every process of it where it stands until <see cref="Continue"/>; its connections stay open.</summary>
    public void Pause() => Signal("STOP");

    public void Continue() => Signal("CONT");

    /// <summary>Ends it in good order, which cuts its connections off, and returns when it is gone.</summary>
    public void Stop()
    {
        if (!Runs)
            return;
        Signal("INT", withBackends: false);
        SpinWait.SpinUntil(() => !Runs);
    }

    /// <summary>Starts it again and returns when it has recovered.</summary>
    public Task Restart() => _cluster.Restart(CancellationToken.None);

    private void Signal(string signal, bool withBackends = true)
    {
        var postmaster = _cluster.ProcessId.ToString(CultureInfo.InvariantCulture);
        var backends = withBackends ? "$(ps -o pid= --ppid \"$2\")" : "";
        using var kill = Process.Start("/bin/sh", ["-c", $"kill -\"$1\" \"$2\" {backends}", "kill", signal, postmaster]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        await _cluster.Stop(CancellationToken.None);
        // The folder itself may be a place where a disk is mounted.
        foreach (var part in Directory.GetDirectories(_folder))
            Directory.Delete(part, recursive: true);
    }
}
