using System.Collections.Concurrent;

namespace Koda.Worker.Snapshots;

/// <summary>
/// What git has told of workspaces and need not be asked again while it is to be seen that it still holds: most of what a small snapshot
/// costs is git's starts.
/// </summary>
internal sealed class KnownPlaces
{
    private const int Most = 64;
    private static readonly TimeSpan s_fresh = TimeSpan.FromMinutes(1);

    private readonly ConcurrentDictionary<string, Found> _repositories = new();
    private readonly ConcurrentDictionary<string, Snapshot> _tips = new();

    /// <inheritdoc cref="UserRepository.Find"/>
    public async Task<UserRepository?> Repository(Git git, string workspace, CancellationToken cancellationToken)
    {
        var seen = Look(workspace);
        if (seen is not null
            && _repositories.TryGetValue(workspace, out var known)
            && known.Until > Environment.TickCount64
            && known.Seen.IsLike(seen))
            return known.Repository.Anew();
        var found = await UserRepository.Find(git, workspace, cancellationToken);
        if (seen is not null && found is { Writable: true } && found.TopLevel == workspace)
            Keep(_repositories, workspace, new Found(found, seen, Environment.TickCount64 + (long)s_fresh.TotalMilliseconds));
        return found;
    }

    /// <summary>The latest snapshot, if it was noted and is what its ref names. Null: git has to be asked.</summary>
    /// <param name="reference">The file of its ref.</param>
    public Snapshot? Tip(string reference)
    {
        if (!_tips.TryGetValue(reference, out var known))
            return null;
        try
        {
            return
                new FileInfo(reference) is { Exists: true, LinkTarget: null, Length: < 100 } file
                && File.ReadAllText(file.FullName).TrimEnd('\n') == known.Commit
                ? known
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Notes the latest snapshot.</summary>
    /// <param name="reference">The file of its ref.</param>
    /// <param name="tip">The snapshot, as it is read from its commit.</param>
    public void Note(string reference, Snapshot tip) => Keep(_tips, reference, tip);

    // Whatever makes a repository another one, or makes it lie elsewhere, stands in these.
    private static Seen? Look(string workspace)
    {
        var directory = $"{workspace}/.git";
        try
        {
            return
                FileFacts.Of(directory, followLink: false) is { Kind: FileKind.Directory } facts
                && File.Exists($"{directory}/HEAD")
                && !File.Exists($"{directory}/commondir")
                && new FileInfo($"{directory}/config") is { Exists: true, LinkTarget: null, Length: < 65_536 } config
                ? new Seen(facts.Identity, File.ReadAllBytes(config.FullName))
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static void Keep<T>(ConcurrentDictionary<string, T> known, string name, T value)
    {
        if (known.Count >= Most)
            known.Clear();
        known[name] = value;
    }

    private sealed record Found(UserRepository Repository, Seen Seen, long Until);

    private sealed record Seen(FileIdentity Directory, byte[] Configuration)
    {
        public bool IsLike(Seen other) => Directory == other.Directory && Configuration.AsSpan().SequenceEqual(other.Configuration);
    }
}
