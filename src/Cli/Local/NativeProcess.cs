using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Koda.Cli.Local;

/// <summary>What .NET has no call for: signals to other processes, and sessions of their own.</summary>
internal static partial class NativeProcess
{
    private const int SigTerm = 15;
    private const int SigKill = 9;
    private const int NoSuchProcess = 3;

    public static void Terminate(int pid) => Signal(pid, SigTerm);

    public static void Kill(int pid) => Signal(pid, SigKill);

    /// <summary>Leaves the terminal's process group, so that its Ctrl-C and its end do not reach this process.</summary>
    public static void LeaveTerminal()
    {
        // Fails only for the leader of a group, which has one of its own already.
        _ = SetSession();
    }

    private static void Signal(int pid, int signal)
    {
        if (SendSignal(pid, signal) != 0 && Marshal.GetLastPInvokeError() is var error and not NoSuchProcess)
            throw new Win32Exception(error);
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int SendSignal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "setsid", SetLastError = true)]
    private static partial int SetSession();
}
