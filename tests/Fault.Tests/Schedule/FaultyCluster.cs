using System.Diagnostics;
using Koda.Testing;

namespace Koda.Fault.Tests.Schedule;

/// <summary>
/// A cluster that can be broken in more ways: its database's disk is small, where this machine lets the test have one of its own, and its
/// servers reach the database over links that can fall silent.
/// </summary>
public sealed class FaultyCluster : Cluster
{
    private const int DiskMegabytes = 700;

    private readonly Dictionary<string, SilentLink> _links = [];
    private string? _disk;

    /// <summary>Whether the disk is one that a test may fill.</summary>
    internal bool HasDisk => _disk is not null;

    internal SilentLink LinkOf(KodaServerProcess server) => _links[server.Name];

    protected override IReadOnlyDictionary<string, string> Settings =>
        new Dictionary<string, string> { ["max_connections"] = "70", ["max_wal_size"] = "96MB", ["min_wal_size"] = "48MB" };

    /// <summary>Leaves nothing free on the database's disk.</summary>
    internal void FillDisk()
    {
        using var filler = new FileStream(Path.Combine(_disk!, "filler"), FileMode.Create, FileAccess.Write, FileShare.Read, bufferSize: 0);
        var block = new byte[256 * 1024];
        for (var size = block.Length; size >= 512;)
        {
            try
            {
                filler.Write(block, 0, size);
            }
            catch (IOException)
            {
                size /= 8;
            }
        }
    }

    internal void FreeDisk() => File.Delete(Path.Combine(_disk!, "filler"));

    protected override async Task Prepare(string databaseFolder)
    {
        Directory.CreateDirectory(databaseFolder);
        // Only root may mount; elsewhere the other faults are made, and the table says so.
        if (Environment.UserName == "root"
            && await Run("mount", "-t", "tmpfs", "-o", $"size={DiskMegabytes}m,mode=755", "koda-faults", databaseFolder))
            _disk = databaseFolder;
    }

    protected override string ConnectionStringOf(string server)
    {
        var link = _links[server] = new SilentLink(PostgresFixture.SocketOf(Postgres.ConnectionString));
        return PostgresFixture.Over(Postgres.ConnectionString, link.Port);
    }

    protected override async Task End()
    {
        foreach (var link in _links.Values)
            await link.DisposeAsync();
        if (_disk is { } disk)
            await Run("umount", "-l", disk);
    }

    private static async Task<bool> Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardError = true })!;
        await process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0;
    }
}
