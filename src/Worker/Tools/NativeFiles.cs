using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>The calls of the C library that opening without following links needs.</summary>
internal static partial class NativeFiles
{
    private const int CurrentDirectory = -100;
    private const int NotFollowed = 0x100;
    private const int SharedLock = 1;
    private const int ExclusiveLock = 2;
    private const int WithoutWaiting = 4;
    private const int ItselfByHandle = 0x1000;
    private const uint BasicStatus = 0x7ff;
    private const uint ModeOnly = 0x3;
    private const int KindBits = 0xF000;
    private const int PlainFile = 0x8000;
    private const int StatusLength = 256;
    private const int ReadOnly = 0;
    private const int ReadWrite = 2;
    private const int Create = 0x40;
    private const int Exclusive = 0x80;
    private const int NonBlocking = 0x800;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private static readonly int s_noFollow = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x8000 : 0x20000;
    private static readonly int s_directory = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x4000 : 0x10000;

    /// <summary>Opens a file to read. A pipe does not block it, and a link in the last part is refused.</summary>
    public static SafeFileHandle OpenToRead(string path) => Open(path, ReadOnly | NonBlocking | s_noFollow | CloseOnExec, 0, path);

    /// <summary>Opens a file to change it in place, with its owner, mode and other names kept.</summary>
    public static SafeFileHandle OpenToChange(string path) => Open(path, ReadWrite | NonBlocking | s_noFollow | CloseOnExec, 0, path);

    /// <summary>Makes a file that must not exist, not even as a link.</summary>
    public static SafeFileHandle CreateNew(string path) =>
        Open(path, ReadWrite | Create | Exclusive | s_noFollow | CloseOnExec, Convert.ToInt32("644", 8), path);

    /// <summary>Opens a directory as an anchor that later renames and links cannot move.</summary>
    public static SafeFileHandle OpenDirectory(string path) => Open(path, PathOnly | s_directory | s_noFollow | CloseOnExec, 0, path);

    /// <summary>Opens a file, directory or link itself as what it is, whoever may read it: for its owner and its mode.</summary>
    public static SafeFileHandle OpenToName(string path) => Open(path, PathOnly | s_noFollow | CloseOnExec, 0, path);

    /// <summary>Opens a file or directory to lock it.</summary>
    public static SafeFileHandle OpenToHold(string path) => Open(path, ReadOnly | NonBlocking | s_noFollow | CloseOnExec, 0, path);

    /// <summary>
    /// Locks what is open, unless another's lock is in the way. The lock ends with the handle, and replaces the one that the handle had.
    /// </summary>
    public static bool Lock(SafeFileHandle handle, bool exclusive) =>
        LockNative((int)handle.DangerousGetHandle(), (exclusive ? ExclusiveLock : SharedLock) | WithoutWaiting) == 0;

    /// <summary>The path under which the kernel knows an open file now.</summary>
    public static string RealPath(SafeFileHandle handle) =>
        new FileInfo(Anchor(handle)).LinkTarget ?? throw new IOException("The open file has no path.");

    /// <summary>A path to the open file itself, whatever became of its name.</summary>
    public static string Anchor(SafeFileHandle handle) => $"/proc/self/fd/{handle.DangerousGetHandle()}";

    /// <summary>Whose a file or directory is, and its mode; a link's own.</summary>
    public static (uint User, uint Group, int Mode) Owner(string path)
    {
        Span<byte> status = stackalloc byte[StatusLength];
        if (Status(CurrentDirectory, path, NotFollowed, BasicStatus, ref MemoryMarshal.GetReference(status)) != 0)
            throw new IOException($"'{path}' cannot be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
        return (MemoryMarshal.Read<uint>(status[20..]), MemoryMarshal.Read<uint>(status[24..]), MemoryMarshal.Read<ushort>(status[28..]));
    }

    /// <summary>The mode of a file by one look at it. Null: there is none, or it is something else.</summary>
    public static int? FileMode(string path)
    {
        Span<byte> status = stackalloc byte[StatusLength];
        return Status(CurrentDirectory, path, NotFollowed, ModeOnly, ref MemoryMarshal.GetReference(status)) == 0
            && MemoryMarshal.Read<ushort>(status[28..]) is var mode && (mode & KindBits) == PlainFile
            ? mode & ~KindBits
            : null;
    }

    /// <summary>Gives a file or directory to somebody; a link itself, not what it leads to.</summary>
    public static void ChangeOwner(string path, uint user, uint group)
    {
        if (ChangeOwnerNative(path, user, group) != 0)
            throw new IOException(
                $"'{path}' cannot be given to the workspace's owner: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }

    /// <summary>Gives an open file or directory to somebody, whatever became of its name.</summary>
    public static void ChangeOwner(SafeFileHandle handle, uint user, uint group)
    {
        if (ChangeOwnerNative((int)handle.DangerousGetHandle(), "", user, group, ItselfByHandle) != 0)
            throw new IOException(
                $"A file cannot be given to the workspace's owner: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}.");
    }

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

    /// <summary>The user whose rights this process has.</summary>
    [LibraryImport("libc", EntryPoint = "geteuid")]
    public static partial uint EffectiveUser();

    /// <summary>The group whose rights this process has.</summary>
    [LibraryImport("libc", EntryPoint = "getegid")]
    public static partial uint EffectiveGroup();

    // What it fills in is laid out alike on every machine.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Status(int directory, string path, int flags, uint mask, ref byte status);

    [LibraryImport("libc", EntryPoint = "lchown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerNative(string path, uint user, uint group);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwnerNative(int directory, string path, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "flock", SetLastError = true)]
    private static partial int LockNative(int handle, int operation);
}
