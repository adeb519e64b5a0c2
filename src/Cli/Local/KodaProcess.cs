using System.Diagnostics;

namespace Koda.Cli.Local;

/// <summary>Starts this program again as another process.</summary>
internal static class KodaProcess
{
    // The processes write their logs themselves; here they say only why they did not start or how they crashed.
    private const long OutputLimit = 1024 * 1024;

    /// <param name="output">The file that its output is added to.</param>
    /// <param name="arguments">The command and its options.</param>
    public static Process Start(string output, IEnumerable<string> arguments)
    {
        KeepSmall(output);
        // The shell hands the file itself to the program, so it goes on when this process is gone.
        var start = new ProcessStartInfo("/bin/sh") { UseShellExecute = false };
        start.ArgumentList.Add("-c");
        start.ArgumentList.Add("output=\"$1\"; shift; exec \"$@\" >>\"$output\" 2>&1 </dev/null");
        start.ArgumentList.Add("koda");
        start.ArgumentList.Add(output);
        foreach (var argument in Itself().Concat(arguments))
            start.ArgumentList.Add(argument);
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

    private static void KeepSmall(string output)
    {
        if (new FileInfo(output) is { Exists: true, Length: > OutputLimit })
            File.Move(output, output + ".1", overwrite: true);
    }
}
