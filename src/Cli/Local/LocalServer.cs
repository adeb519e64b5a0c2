using System.Diagnostics;
using Koda.Client;

namespace Koda.Cli.Local;

/// <summary>The processes that <c>koda up</c> runs for a data directory, and the files by which they are found again.</summary>
internal sealed class LocalServer(string dataDirectory)
{
    // A worker gives its tasks back and the server finishes its calls in this time.
    private static readonly TimeSpan s_grace = TimeSpan.FromSeconds(30);

    private const int ProbeSize = 64 * 1024;

    /// <summary>The supervisor, and what it supervises in the order in which that is stopped.</summary>
    public static readonly string[] Roles = ["up", "worker", "server"];

    public ServerFiles Files { get; } = new(dataDirectory);

    public string Logs => Path.Combine(dataDirectory, "logs");

    public PidFile Supervisor => Pid("up");

    public PidFile Pid(string role) => new(Path.Combine(dataDirectory, role + ".pid"));

    /// <summary>The first file of a process's log; what does not fit goes to others, with a number before the dot.</summary>
    public string Log(string role) => Path.Combine(Logs, role + ".log");

    /// <summary>The file of a process's log that was written last.</summary>
    public string NewestLog(string role) =>
        Directory.Exists(Logs) ? Directory.EnumerateFiles(Logs, role + "*.log").MaxBy(File.GetLastWriteTimeUtc) ?? Log(role) : Log(role);

    /// <summary>What a process says past its log: why it did not start, or how it crashed.</summary>
    public string Output(string role) => Path.Combine(Logs, role + ".out");

    /// <exception cref="CliException">The data directory cannot be used.</exception>
    public void Prepare()
    {
        try
        {
            Directory.CreateDirectory(dataDirectory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
                | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            // Logs tell of people and have the setup code.
            Directory.CreateDirectory(Logs);
            File.SetUnixFileMode(Logs, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            // Permission, a read-only file system and a full disk show when something is written.
            var probe = Path.Combine(dataDirectory, $".probe-{Guid.NewGuid():n}");
            File.WriteAllBytes(probe, new byte[ProbeSize]);
            File.Delete(probe);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw DataDirectoryFault.Of(dataDirectory, e);
        }
        DataDirectoryFault.RequireSpace(dataDirectory);
    }

    public void WriteUrl(Uri url) => File.WriteAllText(Files.UrlFile, url.GetLeftPart(UriPartial.Authority) + "\n");

    /// <summary>Ends what is left of the server: first the supervisor, which ends the others in order, then what it left behind.</summary>
    /// <returns>False when nothing ran.</returns>
    public async Task<bool> Stop(CancellationToken cancellationToken)
    {
        var any = false;
        foreach (var role in Roles)
        {
            if (Pid(role).Find() is { } process && process.Id != Environment.ProcessId)
            {
                any = true;
                // The supervisor ends two others, one after the other.
                await Stop(process, role == "up" ? s_grace * 3 : s_grace, cancellationToken);
            }
            Pid(role).Delete();
        }
        return any;
    }

    public static Task Stop(Process process, CancellationToken cancellationToken) => Stop(process, s_grace, cancellationToken);

    private static async Task Stop(Process process, TimeSpan grace, CancellationToken cancellationToken)
    {
        NativeProcess.Terminate(process.Id);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(grace);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            NativeProcess.Kill(process.Id);
            await process.WaitForExitAsync(cancellationToken);
        }
    }
}
