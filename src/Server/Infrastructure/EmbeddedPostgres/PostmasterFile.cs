using System.Globalization;

namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>What <c>postmaster.pid</c> says of a cluster that runs, or ran.</summary>
internal sealed record PostmasterFile(int ProcessId, string SocketFolder)
{
    private const int SocketFolderLine = 4;

    /// <summary>Null when there is no such file, or the postmaster had no time to write it whole.</summary>
    public static PostmasterFile? Read(string dataFolder)
    {
        var path = Locate(dataFolder);
        if (!File.Exists(path))
            return null;
        var lines = File.ReadAllLines(path);
        return lines.Length > SocketFolderLine && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId)
            ? new PostmasterFile(processId, lines[SocketFolderLine].Trim())
            : null;
    }

    /// <summary>
    /// Removes the file when its process id was given to an unrelated process, which PostgreSQL would take for a running postmaster. It is kept
    /// while any process works in the folder: it is what keeps a second postmaster away from memory still in use.
    /// </summary>
    public static void RemoveIfStale(string dataFolder)
    {
        if (Read(dataFolder) is { } file && !file.IsRunning(dataFolder) && !AnyProcessWorksIn(dataFolder))
            File.Delete(Locate(dataFolder));
    }

    /// <summary>True when the process is there and works in this cluster's folder, as every postmaster does.</summary>
    public bool IsRunning(string dataFolder) => WorksIn($"/proc/{ProcessId}", dataFolder);

    private static string Locate(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    private static bool AnyProcessWorksIn(string dataFolder) =>
        Directory.EnumerateDirectories("/proc", "*").Any(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && WorksIn(process, dataFolder));

    private static bool WorksIn(string process, string dataFolder)
    {
        try
        {
            return File.ResolveLinkTarget(Path.Combine(process, "cwd"), returnFinalTarget: false)?.FullName == dataFolder;
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to another account and so is none of ours.
            return false;
        }
    }
}
