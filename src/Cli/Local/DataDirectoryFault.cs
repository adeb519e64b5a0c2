namespace Koda.Cli.Local;

/// <summary>Why a data directory cannot be used, in a sentence that says what to do.</summary>
internal static class DataDirectoryFault
{
    // A server with less takes no work.
    private const long LeastSpace = 64L << 20;
    private const int NoSpace = 28;
    private const int NoQuota = 122;
    private const int ReadOnly = 30;

    private const string Another = "Name another directory with --data, or KODA_DATA.";

    public static CliException Of(string directory, Exception cause) =>
        cause switch
        {
            UnauthorizedAccessException => Fault(
                $"This user may not write to the data directory '{directory}'.",
                "Give it to this user (chown), or name another one with --data, or KODA_DATA.",
                "data.refused"),
            IOException { HResult: NoSpace or NoQuota } => Fault(
                $"The disk of the data directory '{directory}' is full.",
                "Free some space, or name a directory on another disk with --data, or KODA_DATA.",
                "data.full"),
            IOException { HResult: ReadOnly } => Fault(
                $"The data directory '{directory}' lies on a read-only file system.",
                Another,
                "data.read_only"),
            _ => Fault($"The data directory '{directory}' cannot be used: {cause.Message}", Another, "data.unusable"),
        };

    /// <exception cref="CliException">There is too little room for a server.</exception>
    public static void RequireSpace(string directory)
    {
        var free = new DriveInfo(directory).AvailableFreeSpace;
        if (free < LeastSpace)
            throw Fault(
                $"Only {free >> 20} MiB are free for the data directory '{directory}'.",
                "Koda wants 1 GiB: free some space, or name a directory on another disk with --data, or KODA_DATA.", "data.full");
    }

    private static CliException Fault(string message, string hint, string code) => new(message, ExitCode.DataDirectory, hint, code);
}
