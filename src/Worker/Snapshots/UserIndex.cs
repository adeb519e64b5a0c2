using System.Buffers.Binary;
using System.Text;

namespace Koda.Worker.Snapshots;

/// <summary>
/// What the user's git has already looked at: the first snapshot of a conversation begins with it, so that it need not read every file.
/// Only files that git keeps byte for byte are taken over.
/// </summary>
internal static class UserIndex
{
    private static readonly string[] s_attributes = [".gitattributes", "info/attributes"];

    /// <summary>The user's index. Null: there is none, or none that can be read without git.</summary>
    public static async Task<(GitIndex Index, DateTime Written)?> Read(UserRepository repository, CancellationToken cancellationToken)
    {
        var source = new FileInfo($"{repository.GitDirectory}/index");
        if (source is not { Exists: true, LinkTarget: null })
            return null;
        try
        {
            var written = source.LastWriteTimeUtc;
            return
                GitIndex.Read(await File.ReadAllBytesAsync(source.FullName, cancellationToken), GitIndex.HashLength(repository.Format))
                    is { } index
                ? (index, written)
                : null;
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Writes an index with what the user's has of the workspace. Without one that can be used, nothing is written.</summary>
    /// <param name="place">Whose files.</param>
    /// <param name="file">Where.</param>
    /// <param name="known">Files of which it is known that git keeps them byte for byte.</param>
    /// <param name="cancellationToken">Cuts it off.</param>
    public static async Task Copy(SnapshotPlace place, string file, GitIndex known, CancellationToken cancellationToken)
    {
        if (place.Repository is not { Format: "sha1" } repository
            || repository.Objects != place.Objects
            || repository.TopLevel != place.WorkTree)
            return;
        if (await Read(repository, cancellationToken) is not var (users, written))
            return;
        var folder = GitText.Raw(place.Folder);
        var entries = users.Entries.Where(entry => entry.IsPlain && (entry.IsFile || entry.IsLink)
            && entry.Path.StartsWith(folder, StringComparison.Ordinal) && !HiddenFiles.Hold(place, entry.Path)).ToList();
        if (entries.Count == 0 || Filters(place, repository, entries))
            return;
        var same = await Same(place, entries, known, cancellationToken);
        await File.WriteAllBytesAsync(file, Write(same, same.Count == users.Entries.Count ? users.Trees : null), cancellationToken);
        // Files that are no older than the index are looked at again.
        File.SetLastWriteTimeUtc(file, written);
    }

    // Where sizes differ the file was converted, and where git has no size it has no content.
    private static async Task<List<IndexEntry>> Same(
        SnapshotPlace place, List<IndexEntry> entries, GitIndex known, CancellationToken cancellationToken)
    {
        var lookedAt = known.Entries.Select(entry => (entry.Hash, entry.Size)).ToHashSet();
        var asked = entries.Where(entry => !lookedAt.Contains((entry.Hash, entry.Size))).ToList();
        if (asked.Count == 0)
            return entries;
        var hashes = string.Concat(asked.Select(entry => $"{entry.Hash}\n"));
        var sizes = (await place.Files.Feed(hashes, cancellationToken, "cat-file", "--buffer", "--batch-check=%(objectsize)")).Split('\n');
        var others = asked.Where((entry, index) => index >= sizes.Length || sizes[index] != $"{entry.Size}").ToHashSet();
        return [.. entries.Where(entry => !others.Contains(entry))];
    }

    private static byte[] Write(List<IndexEntry> entries, byte[]? trees)
    {
        using var index = new MemoryStream();
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, entries.Count);
        index.Write([.. "DIRC"u8, 0, 0, 0, 2, .. number]);
        foreach (var entry in entries)
        {
            var path = Encoding.Latin1.GetBytes(entry.Path);
            index.Write(entry.Fixed.Span);
            index.Write(path);
            index.Write(new byte[8 - ((entry.Fixed.Length + path.Length) & 7)]);
        }
        if (trees is not null)
        {
            BinaryPrimitives.WriteInt32BigEndian(number, trees.Length);
            index.Write([.. "TREE"u8, .. number, .. trees]);
        }
        // Without a checksum: git asks for none.
        index.Write(new byte[GitIndex.HashLength("sha1")]);
        return index.ToArray();
    }

    // A filter may keep the size of what it changes.
    private static bool Filters(SnapshotPlace place, UserRepository repository, List<IndexEntry> entries) =>
        entries
            .Where(entry => entry.Path == s_attributes[0] || entry.Path.EndsWith($"/{s_attributes[0]}", StringComparison.Ordinal))
            .Select(entry => $"{place.WorkTree}/{GitText.Shown(entry.Path)}")
            .Append($"{repository.CommonDirectory}/{s_attributes[1]}")
            .Append($"{place.WorkTree}/{s_attributes[0]}")
            .Any(file => File.Exists(file) && File.ReadAllText(file).Contains("filter", StringComparison.Ordinal));
}
