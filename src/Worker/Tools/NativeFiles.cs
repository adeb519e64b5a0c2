using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>The calls of the C library that opening without following links needs.</summary>
internal static partial class NativeFiles
{
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private static readonly int NoFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
    private static readonly int Directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Opens a file to read. A pipe does not block it, and a link in the last part is refused.</summary>
    public static SafeFileHandle OpenToRead(string path) => Open(path, ReadOnly | NonBlocking | NoFollow | CloseOnExec, 0, path);

    /// <summary>Opens a file to change it in place, with its owner, mode and other names kept.</summary>
    public static SafeFileHandle OpenToChange(string path) => Open(path, ReadWrite | NonBlocking | NoFollow | CloseOnExec, 0, path);

    /// <summary>Makes a file that must not exist, not even as a link.</summary>
    public static SafeFileHandle CreateNew(string path) =>
        Open(path, ReadWrite | Create | Exclusive | NoFollow | CloseOnExec, Convert.ToInt32("644", 8), path);

    /// <summary>Opens a directory as an anchor that later renames and links cannot move.</summary>
    public static SafeFileHandle OpenDirectory(string path) => Open(path, PathOnly | Directory | NoFollow | CloseOnExec, 0, path);

    /// <summary>The path under which the kernel knows an open file now.</summary>
    public static string RealPath(SafeFileHandle handle) =>
        new FileInfo(Anchor(handle)).LinkTarget ?? throw new IOException("The open file has no path.");

    /// <summary>A path to the open file itself, whatever became of its name.</summary>
    public static string Anchor(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    private static SafeFileHandle Open(string path, int flags, uint mode, string shown)
    {
        var descriptor = OpenNative(path, flags, mode);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        var error = Marshal.GetLastPInvokeError();
        throw error switch
        {
            2 => new FileNotFoundException($"'{shown}' does not exist."),
            _ => new IOException($"'{shown}' cannot be opened: {Marshal.GetPInvokeErrorMessage(error)}."),
        };
    }

    private static SafeFileHandle Open(string path, int flags, int mode, string shown) => Open(path, flags, (uint)mode, shown);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int OpenNative(string path, int flags, uint mode);

    /// <summary>Sends a signal; a negative id reaches a process group.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Kill(int process, int signal);
}
