using System.Diagnostics;
using System.Globalization;

namespace Koda.Cli.Local;

/// <summary>A file with the id of a process of the local server.</summary>
internal sealed class PidFile(string path)
{
    // A process id is written within moments of the process's start; the slack is for coarse file times.
    private static readonly TimeSpan s_slack = TimeSpan.FromSeconds(2);

    public void Write(int pid) => File.WriteAllText(path, pid.ToString(CultureInfo.InvariantCulture) + "\n");

    public void Delete()
    {
        // Its folder may be missing too, which File.Delete does not take for done.
        if (File.Exists(path))
            File.Delete(path);
    }

    /// <returns>The process, when it is still the one that was written down. A later process with the same id is not.</returns>
    public Process? Find()
    {
        if (!File.Exists(path) || !int.TryParse(File.ReadAllText(path), CultureInfo.InvariantCulture, out var pid))
            return null;
        try
        {
            var process = Process.GetProcessById(pid);
            return process.StartTime.ToUniversalTime() <= File.GetLastWriteTimeUtc(path) + s_slack && !process.HasExited ? process : null;
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }
}
