using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Koda.Server.Infrastructure;

/// <summary>Makes the names in a folder durable, which flushing the files themselves does not do.</summary>
internal static class DurableFolder
{
    private const int ReadOnly = 0;

    /// <exception cref="IOException">The folder cannot be opened or flushed.</exception>
    public static void Flush(string path)
    {
        var descriptor = open(path, ReadOnly);
        if (descriptor < 0)
            throw Failure(path);
        try
        {
            if (fsync(descriptor) < 0)
                throw Failure(path);
        }
        finally
        {
            _ = close(descriptor);
        }
    }

    private static IOException Failure(string path) => new($"{path} cannot be flushed.", new Win32Exception(Marshal.GetLastPInvokeError()));

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int fsync(int descriptor);

    [DllImport("libc", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int close(int descriptor);
}
