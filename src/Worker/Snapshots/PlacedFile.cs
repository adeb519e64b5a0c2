using Koda.Worker.Tools;
using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Snapshots;

/// <summary>
/// A file of a work tree by a handle: a program in the workspace may put a link in the place of a directory above it at any time.
/// </summary>
internal static class PlacedFile
{
    /// <summary>The file, directory or link itself that lies at a real path.</summary>
    /// <returns>Null: there is none, or the path leads elsewhere now.</returns>
    public static SafeFileHandle? Open(string path)
    {
        SafeFileHandle file;
        try
        {
            file = NativeFiles.OpenToName(path);
        }
        catch (IOException)
        {
            return null;
        }

        if (NativeFiles.RealPath(file) == path)
            return file;
        file.Dispose();
        return null;
    }
}
