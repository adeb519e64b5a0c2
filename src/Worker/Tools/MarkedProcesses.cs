using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Processes that carry a mark in their environment.</summary>
internal static class MarkedProcesses
{
    private const int KillSignal = 9;

    /// <summary>Kills every process whose environment holds <paramref name="variable"/>, given as <c>NAME=value</c>.</summary>
    public static void Kill(string variable)
    {
        var mark = Encoding.UTF8.GetBytes(variable);
        foreach (var directory in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(directory), out var process) && Environment(directory).AsSpan().IndexOf(mark) >= 0)
                _ = NativeFiles.Kill(process, KillSignal);
        }
    }

    private static byte[] Environment(string directory)
    {
        try
        {
            return File.ReadAllBytes($"{directory}/environ");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It ended meanwhile, or belongs to somebody else, so that it is none of ours.
            return [];
        }
    }
}
