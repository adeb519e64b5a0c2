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
        string[] lines;
        try
        {
            lines = File.ReadAllLines(path);
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            // A postmaster that ends removes it, at any moment.
            return null;
        }
        return lines.Length > SocketFolderLine && int.TryParse(lines[0], CultureInfo.InvariantCulture, out var processId)
            ? new PostmasterFile(processId, lines[SocketFolderLine].Trim())
            : null;
    }

    /// <summary>
    /// The backends of a postmaster that is gone, which are still there. Its memory is in use until they end, and the file is what keeps a
    /// second postmaster away from it.
    /// </summary>
    public static IReadOnlyList<int> Stragglers(string dataFolder) =>
        Read(dataFolder)?.IsRunning(dataFolder) == true ? [] : ProcessesIn(dataFolder);

    /// <summary>
    /// Removes what a postmaster that is gone left behind to name itself. PostgreSQL does so too, except when the process id looks alive:
    /// given to an unrelated process, or a zombie that nobody has reaped.
    /// </summary>
    public static void RemoveIfStale(string dataFolder)
    {
        if (Read(dataFolder) is not { } file || file.IsRunning(dataFolder))
            return;
        File.Delete(Path.Combine(file.SocketFolder, ".s.PGSQL.5432.lock"));
        File.Delete(Locate(dataFolder));
    }

    /// <summary>True when the process is there and works in this cluster's folder, as every postmaster does.</summary>
    public bool IsRunning(string dataFolder) => WorksIn($"/proc/{ProcessId}", dataFolder);

    private static string Locate(string dataFolder) => Path.Combine(dataFolder, "postmaster.pid");

    // A person's shell may work in the folder too.
    private static List<int> ProcessesIn(string dataFolder) => [.. Directory.EnumerateDirectories("/proc", "*")
        .Where(process => char.IsAsciiDigit(Path.GetFileName(process)[0]) && WorksIn(process, dataFolder) && IsPostgres(process))
        .Select(process => int.Parse(Path.GetFileName(process), CultureInfo.InvariantCulture))];

    private static bool IsPostgres(string process)
    {
        try
        {
            return File.ReadAllText(Path.Combine(process, "comm")).TrimEnd() == "postgres";
        }
        catch (IOException)
        {
            // It ended meanwhile.
            return false;
        }
    }

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
