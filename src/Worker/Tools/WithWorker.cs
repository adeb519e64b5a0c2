using System.Diagnostics;

namespace Koda.Worker.Tools;

/// <summary>
/// Command lines of processes that end with the worker, also when that is killed. They are to be started by <see cref="LastingThread"/>:
/// for the kernel it is the thread that must live.
/// </summary>
internal static class WithWorker
{
    // Told that the worker is gone, it asks its whole process group to end, and then makes it.
    private const string Group = """trap "trap '' TERM; kill -TERM 0; sleep 1; kill -KILL 0" TERM; "$@" & wait $!""";

    private static readonly Lazy<string?> s_setPriv = new(() => Executables.Find("setpriv") is { } found && Works(found) ? found : null);

    /// <summary>A program that starts no others. Where the machine cannot do that, the line as it is.</summary>
    public static IReadOnlyList<string> Program(IReadOnlyList<string> line) =>
        s_setPriv.Value is { } setpriv ? [setpriv, "--pdeathsig", "TERM", "--", .. line] : line;

    /// <summary>A program with what it starts, as far as that stays in its process group, which must be its own.</summary>
    public static IReadOnlyList<string> Tree(IReadOnlyList<string> line) =>
        s_setPriv.Value is null ? line : Program(["/bin/sh", "-c", Group, "sh", .. line]);

    // Small systems have a setpriv that does not know this.
    private static bool Works(string setpriv)
    {
        using var trial = Process.Start(
            new ProcessStartInfo(setpriv, ["--pdeathsig", "TERM", "--", "true"]) { RedirectStandardError = true });
        trial?.WaitForExit();
        return trial is { ExitCode: 0 };
    }
}
