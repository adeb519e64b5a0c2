namespace Koda.Worker.Snapshots;

/// <summary>A copy of a conversation's index to work on. It takes the place of the old one only when the work is done.</summary>
internal sealed class WorkingIndex : IDisposable
{
    private readonly SnapshotPlace _place;
    private readonly string _kept;
    private readonly string _copy;

    public WorkingIndex(SnapshotPlace place)
    {
        _place = place;
        _kept = place.Shadow.Index(place.Subject.ConversationId);
        RemoveLeftovers();
        _copy = $"{_kept}.{Guid.NewGuid():N}";
        if (File.Exists(_kept))
            File.Copy(_kept, _copy);
    }

    /// <summary>Begins with what the user's git has looked at, where the conversation has no index yet.</summary>
    public async Task Seed(CancellationToken cancellationToken)
    {
        if (!File.Exists(_copy))
            await UserIndex.Copy(_place, _copy, OfAnother(), cancellationToken);
    }

    /// <summary>What is in it now.</summary>
    /// <exception cref="SnapshotException">It cannot be read.</exception>
    public GitIndex Read() =>
        !File.Exists(_copy)
            ? GitIndex.Empty
            : GitIndex.Read(File.ReadAllBytes(_copy), _place.HashLength)
                ?? throw new SnapshotException("The index of the snapshots cannot be read.");

    public Git Open(Git git) => git.With(("GIT_INDEX_FILE", _copy));

    public void Keep()
    {
        if (File.Exists(_copy))
            File.Move(_copy, _kept, overwrite: true);
    }

    public void Dispose()
    {
        File.Delete(_copy);
        File.Delete($"{_copy}.lock");
    }

    // What the conversation before has looked at need not be asked of git again.
    private GitIndex OfAnother()
    {
        var latest = new DirectoryInfo(Path.GetDirectoryName(_kept)!)
            .EnumerateFiles("index-*")
            .Where(file => file.Extension.Length == 0)
            .MaxBy(file => file.LastWriteTimeUtc);
        try
        {
            return latest is not null && GitIndex.Read(File.ReadAllBytes(latest.FullName), _place.HashLength) is { } read
                ? read
                : GitIndex.Empty;
        }
        catch (FileNotFoundException)
        {
            // That conversation was deleted meanwhile.
            return GitIndex.Empty;
        }
    }

    private bool IsCopy(string file) => file.StartsWith(_kept + ".", StringComparison.Ordinal);

    // Those of work that was killed: a conversation is worked on by one attempt at a time.
    private void RemoveLeftovers()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(_kept)!).Where(IsCopy))
            File.Delete(file);
    }
}
