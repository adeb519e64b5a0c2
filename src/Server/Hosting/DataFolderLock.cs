namespace Koda.Server.Hosting;

/// <summary>
/// Keeps a second server off a data folder whose private PostgreSQL the first one would stop under it. However the process ends, the system
/// lets go.
/// </summary>
internal sealed class DataFolderLock : IDisposable
{
    private readonly FileStream _file;

    private DataFolderLock(FileStream file) => _file = file;

    /// <exception cref="InvalidOperationException">Another server runs on the folder.</exception>
    public static DataFolderLock Take(string folder) => TryTake(folder) ?? throw new InvalidOperationException(
        $"Another Koda server runs on {folder}. Stop it with 'koda down', or give this one a folder of its own with --data.");

    /// <summary>Null: another server runs on the folder.</summary>
    public static DataFolderLock? TryTake(string folder)
    {
        var path = Path.Combine(folder, "server.lock");
        try
        {
            return new DataFolderLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    public void Dispose() => _file.Dispose();
}
