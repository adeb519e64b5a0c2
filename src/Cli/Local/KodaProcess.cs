using System.Diagnostics;

namespace Koda.Cli.Local;

/// <summary>Starts this program again as another process.</summary>
internal static class KodaProcess
{
    private const long LogLimit = 10 * 1024 * 1024;

    /// <param name="log">The file that its output is added to.</param>
    /// <param name="arguments">The command and its options.</param>
    public static Process Start(string log, IEnumerable<string> arguments)
    {
        KeepSmall(log);
        // The shell hands the file itself to the program, so the log goes on when this process is gone.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("log=\"$1\"; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null");
        start.ArgumentList.Add("koda");
        start.ArgumentList.Add(log);
        foreach (var argument in Itself().Concat(arguments)) start.ArgumentList.Add(argument);
        // These point this user's commands at some server, perhaps another one; the local processes speak to each other.
        start.Environment.Remove("KODA_URL");
        start.Environment.Remove("KODA_TOKEN");
        return Process.Start(start) ?? throw new InvalidOperationException("The shell did not start.");
    }

    private static IEnumerable<string> Itself()
    {
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is not known.");
        var throughHost = Path.GetFileNameWithoutExtension(program) == "dotnet";
        return throughHost ? [program, typeof(KodaProcess).Assembly.Location] : [program];
    }

    private static void KeepSmall(string log)
    {
        if (new FileInfo(log) is { Exists: true, Length: > LogLimit }) File.Move(log, log + ".1", overwrite: true);
    }
}
