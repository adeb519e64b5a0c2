namespace Koda.Worker.Snapshots;

/// <summary>A copy of a conversation's index to work on. It takes the place of the old one only when the work is done.</summary>
internal sealed class WorkingIndex : IDisposable
{
    private readonly string _kept;
    private readonly string _copy;

    public WorkingIndex(SnapshotPlace place)
    {
        _kept = place.Shadow.Index(place.Subject.ConversationId);
        RemoveLeftovers();
        _copy = $"{_kept}.{Guid.NewGuid():N}";
        if (File.Exists(_kept))
            File.Copy(_kept, _copy);
    }

    /// <summary>Begins with what the user's git has looked at, where the conversation has no index yet.</summary>
    public async Task SeedAsync(SnapshotPlace place, CancellationToken ct)
    {
        if (!File.Exists(_copy))
            await UserIndex.CopyAsync(place, _copy, ct);
    }

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

    private bool IsCopy(string file) => file.StartsWith(_kept + ".", StringComparison.Ordinal);

    // Those of work that was killed: a conversation is worked on by one attempt at a time.
    private void RemoveLeftovers()
    {
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(_kept)!).Where(IsCopy))
            File.Delete(file);
    }
}
