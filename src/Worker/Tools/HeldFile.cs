using Microsoft.Win32.SafeHandles;

namespace Koda.Worker.Tools;

/// <summary>
/// A file without a name, which lasts as long as the worker. Programs that the worker starts open it by <see cref="Path"/>.
/// </summary>
internal sealed class HeldFile
{
    private readonly SafeFileHandle _handle;

    public HeldFile(ReadOnlySpan<byte> content)
    {
        var name = System.IO.Path.GetTempFileName();
        _handle = File.OpenHandle(name, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
        File.Delete(name);
        RandomAccess.Write(_handle, content, 0);
    }

    public string Path => $"/proc/{Environment.ProcessId}/fd/{_handle.DangerousGetHandle()}";
}
