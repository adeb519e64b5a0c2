using System.Diagnostics;
using System.Globalization;

namespace Koda.Worker.Tools;

/// <summary>
/// A process that leads a session of its own, and the one that it starts: a sandbox has two, of which one waits for the other. Whoever
/// stops one of them keeps nobody waiting.
/// </summary>
internal sealed class ProcessTree(Process first, bool ofSandbox)
{
    private const int KillSignal = 9;
    private const int ContinueSignal = 18;
    private static readonly TimeSpan s_glance = TimeSpan.FromSeconds(1);

    /// <summary>Waits until the first one has ended.</summary>
    public async Task Wait(CancellationToken cancellationToken)
    {
        var ended = first.WaitForExitAsync(cancellationToken);
        while (await Task.WhenAny(ended, Task.Delay(s_glance, CancellationToken.None)) != ended)
        {
            foreach (var process in All().Where(IsStopped))
                _ = NativeFiles.Kill(process, ContinueSignal);
        }
        await ended;
    }

    /// <summary>Ends all of it, also what is stopped.</summary>
    public void Kill()
    {
        var all = All();
        // Nobody is asked to stop first, as the runtime does to whole trees: what is stopped waits for whoever ends it.
        if (!first.HasExited)
        {
            foreach (var process in all)
                _ = NativeFiles.Kill(process, KillSignal);
        }
        _ = NativeFiles.Kill(-first.Id, KillSignal);
    }

    // A command that stops itself does so on purpose, so that only the sandbox's own are looked at.
    private List<int> All() => ofSandbox ? [first.Id, .. Children(first.Id)] : [first.Id];

    private static IEnumerable<int> Children(int process) =>
        Read($"/proc/{process}/task/{process}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(id => int.Parse(id, CultureInfo.InvariantCulture));

    private static bool IsStopped(int process)
    {
        var state = Read($"/proc/{process}/stat");
        return state.LastIndexOf(") T", StringComparison.Ordinal) is var at && at >= 0 && at == state.LastIndexOf(')');
    }

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (IOException)
        {
            // It has ended meanwhile.
            return "";
        }
    }
}
