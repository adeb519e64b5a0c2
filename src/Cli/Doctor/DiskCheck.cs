namespace Koda.Cli.Doctor;

/// <summary>Looks at the data directory: whether it can be written, and how much room there is.</summary>
internal static class DiskCheck
{
    private const long Least = 1024L * 1024 * 1024;

    public static Check Of(string dataDirectory)
    {
        var existing = dataDirectory;
        while (!Directory.Exists(existing))
        {
            if (Path.GetDirectoryName(existing) is not { Length: > 0 } above)
                return new Check(
                    "disk",
                    CheckStatus.Failed,
                    $"there is no disk for '{dataDirectory}'",
                    "Set KODA_DATA, or --data, to a directory that can be made.");
            existing = above;
        }
        if (!CanWrite(existing))
            return new Check(
                "disk",
                CheckStatus.Failed,
                $"this user may not write to '{existing}'",
                "Give it to this user, or set KODA_DATA, or --data, to another directory.");
        var free = new DriveInfo(existing).AvailableFreeSpace;
        var detail = $"{free / (1024 * 1024):N0} MiB free for '{dataDirectory}'";
        return free >= Least
            ? new Check("disk", CheckStatus.Ok, detail)
            : new Check("disk", CheckStatus.Failed, detail, "Koda wants at least 1 GiB.");
    }

    private static bool CanWrite(string directory)
    {
        try
        {
            File.Create(Path.Combine(directory, $".probe-{Guid.NewGuid():n}"), 1, FileOptions.DeleteOnClose).Dispose();
            return true;
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            return false;
        }
    }
}
