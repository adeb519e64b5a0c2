namespace Koda.Worker.Snapshots;

/// <summary>A place for git's objects that is gone afterwards: a comparison leaves nothing behind.</summary>
internal sealed class PassingObjects : IDisposable
{
    private readonly string _directory;
    private readonly string _kept;

    public PassingObjects(SnapshotPlace place)
    {
        _kept = place.Objects;
        _directory = $"{place.Shadow.Path}/passing-{Guid.NewGuid():N}";
        Directory.CreateDirectory(_directory);
    }

    // Quoted, since a colon would begin another directory.
    public Git Open(Git git) => git.With(("GIT_OBJECT_DIRECTORY", _directory), ("GIT_ALTERNATE_OBJECT_DIRECTORIES", Quoted(_kept)));

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    private static string Quoted(string path) =>
        $"\"{path.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
