using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Koda.Files;

/// <summary>What the kernel says of a file or directory.</summary>
/// <param name="Identity">What it is, by whichever name.</param>
/// <param name="Kind">What kind of thing it is.</param>
/// <param name="Names">How many names it has: more than one means hard links.</param>
/// <param name="Length">How many bytes it holds.</param>
internal readonly partial record struct FileFacts(FileIdentity Identity, FileKind Kind, uint Names, long Length)
{
    private const int WorkingDirectory = -100;
    private const int NoFollow = 0x100;
    private const int HandleItself = 0x1000;
    private const uint Wanted = 0x1 | 0x4 | 0x100 | 0x200;
    private const int BufferSize = 256;
    private const int KindMask = 0xF000;

    /// <summary>Whether it is a regular file.</summary>
    public bool IsFile => Kind == FileKind.File;

    /// <summary>
    /// Looks at what a path leads to. Null: there is nothing, it may not be looked at, or this system has no <c>statx</c>.
    /// </summary>
    public static FileFacts? Of(string path, bool followLink = true) => Ask(WorkingDirectory, path, followLink ? 0 : NoFollow);

    /// <summary>Looks at what lies in an open directory, without following a link.</summary>
    public static FileFacts? In(SafeHandle directory, string name) => Ask((int)directory.DangerousGetHandle(), name, NoFollow);

    /// <summary>Looks at an open file.</summary>
    public static FileFacts? Of(SafeHandle handle) => Ask((int)handle.DangerousGetHandle(), "", HandleItself);

    private static FileFacts? Ask(int directory, string path, int flags)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        Span<byte> answer = stackalloc byte[BufferSize];
        return Statx(directory, path, flags, Wanted, answer) == 0
            ? new FileFacts(
                new FileIdentity(At64(answer, 136), At64(answer, 32)),
                KindOf(BinaryPrimitives.ReadUInt16LittleEndian(answer[28..]) & KindMask),
                BinaryPrimitives.ReadUInt32LittleEndian(answer[16..]),
                BinaryPrimitives.ReadInt64LittleEndian(answer[40..]))
            : null;
    }

    private static FileKind KindOf(int mode) => mode switch
    {
        0x8000 => FileKind.File,
        0x4000 => FileKind.Directory,
        0xA000 => FileKind.Link,
        0xC000 => FileKind.Socket,
        0x1000 => FileKind.Pipe,
        _ => FileKind.Device,
    };

    private static ulong At64(ReadOnlySpan<byte> answer, int offset) => BinaryPrimitives.ReadUInt64LittleEndian(answer[offset..]);

    // Its answer is laid out alike on every processor, as that of stat is not.
    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint wanted, Span<byte> answer);
}

/// <summary>
/// The device and the number by which the kernel knows a file or directory: the same by links, hard links and bind mounts.
/// </summary>
internal readonly record struct FileIdentity(ulong Device, ulong Number);

/// <summary>What lies at a path.</summary>
internal enum FileKind
{
    File,
    Directory,
    Link,
    Socket,
    Pipe,
    Device,
}
