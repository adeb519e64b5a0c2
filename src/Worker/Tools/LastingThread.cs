using System.Collections.Concurrent;
using System.Diagnostics;

namespace Koda.Worker.Tools;

/// <summary>
/// Starts processes on a thread that lives as long as the worker. A sandbox ends with its parent, which for the kernel is the thread that
/// started it: one started on a thread of the pool would be killed when the pool lets that thread go.
/// </summary>
internal static class LastingThread
{
    private static readonly BlockingCollection<Action> s_work = [];

    static LastingThread() => new Thread(Run) { IsBackground = true, Name = "process parent" }.Start();

    /// <summary>Starts a process. Null: it does not start.</summary>
    public static Task<Process?> Start(ProcessStartInfo start)
    {
        var started = new TaskCompletionSource<Process?>(TaskCreationOptions.RunContinuationsAsynchronously);
        s_work.Add(() => StartHere(start, started));
        return started.Task;
    }

    private static void Run()
    {
        foreach (var start in s_work.GetConsumingEnumerable())
            start();
    }

    private static void StartHere(ProcessStartInfo start, TaskCompletionSource<Process?> started)
    {
        try
        {
            started.SetResult(Process.Start(start));
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException or InvalidOperationException)
        {
            started.SetException(error);
        }
    }
}
