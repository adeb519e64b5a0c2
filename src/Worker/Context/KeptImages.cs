using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>The images that tools gave, by their digests. The log names them; the worker's data directory holds their bytes.</summary>
/// <param name="directory">Where they are.</param>
/// <param name="mostBytes">How much is kept. Beyond it those go that were given longest ago.</param>
internal sealed class KeptImages(string directory, long mostBytes)
{
    private const long Most = 1L << 30;
    private readonly Lock _gate = new();

    /// <summary>Those of a worker.</summary>
    /// <param name="data">Its data directory.</param>
    public static KeptImages Below(string data) => new(Path.Combine(data, "images"), Most);

    /// <returns>The digest.</returns>
    /// <exception cref="IOException">It cannot be stored.</exception>
    /// <exception cref="UnauthorizedAccessException">The same.</exception>
    public string Keep(byte[] bytes)
    {
        var digest = TextFile.Hash(bytes);
        lock (_gate)
        {
            if (OperatingSystem.IsWindows())
                Directory.CreateDirectory(directory);
            else
                Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            var draft = Path.Combine(directory, $"{Guid.NewGuid():n}.draft");
            File.WriteAllBytes(draft, bytes);
            File.Move(draft, PathOf(digest), overwrite: true);
            MakeRoom();
        }
        return digest;
    }

    /// <returns>Null when it is not there, or not as it was.</returns>
    public byte[]? Read(string digest)
    {
        try
        {
            // A digest that the log gives is a name of a file, and no path.
            if (Path.GetFileName(digest) != digest || !File.Exists(PathOf(digest)))
                return null;
            var bytes = File.ReadAllBytes(PathOf(digest));
            return TextFile.Hash(bytes) == digest ? bytes : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private string PathOf(string digest) => Path.Combine(directory, digest);

    private void MakeRoom()
    {
        var kept = 0L;
        foreach (var file in new DirectoryInfo(directory).GetFiles().OrderByDescending(file => file.LastWriteTimeUtc))
        {
            kept += file.Length;
            if (kept > mostBytes)
                file.Delete();
        }
    }
}
