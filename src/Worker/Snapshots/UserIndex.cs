using System.Buffers.Binary;
using System.Text;

namespace Koda.Worker.Snapshots;

/// <summary>
/// What the user's git has already looked at: the first snapshot of a conversation begins with it, so that it need not read every file. Only
/// files that git keeps byte for byte are taken over.
/// </summary>
internal static class UserIndex
{
    private const int HeaderLength = 12;
    private const int FixedLength = 62;
    private const int HashLength = 20;
    private const int ModeAt = 24;
    private const int SizeAt = 36;
    private const int HashAt = 40;
    private const int FlagsAt = 60;

    // Unchanged by assumption, with further flags, or in conflict: git says less of such a file than what it holds.
    private const int Doubtful = 0x8000 | 0x4000 | 0x3000;

    private static readonly string[] s_attributes = [".gitattributes", "info/attributes"];

    /// <summary>Writes an index with what the user's has of the workspace. Without one that can be used, nothing is written.</summary>
    /// <param name="place">Whose files.</param>
    /// <param name="file">Where.</param>
    /// <param name="ct">Cuts it off.</param>
    public static async Task CopyAsync(SnapshotPlace place, string file, CancellationToken ct)
    {
        if (place.Repository is not { Format: "sha1" } repository || repository.Objects != place.Objects || repository.TopLevel != place.WorkTree)
            return;
        var source = new FileInfo($"{repository.GitDirectory}/index");
        if (source is not { Exists: true, LinkTarget: null } || Read(await File.ReadAllBytesAsync(source.FullName, ct), place) is not { Count: > 0 } entries)
            return;
        if (Filters(place, repository, entries))
            return;
        var sizes = (await place.Files.FeedAsync(string.Concat(entries.Select(entry => $"{entry.Hash}\n")), ct, "cat-file", "--batch-check=%(objectsize)")).Split('\n');
        // Where sizes differ the file was converted, and where git has no size it has no content.
        var same = entries.Where((entry, index) => index < sizes.Length && sizes[index] == $"{entry.Size}").ToList();
        await File.WriteAllBytesAsync(file, Write(same), ct);
        // Files that are no older than the index are looked at again.
        File.SetLastWriteTimeUtc(file, source.LastWriteTimeUtc);
    }

    private static List<Entry>? Read(byte[] index, SnapshotPlace place)
    {
        if (index.Length < HeaderLength + HashLength || !index.AsSpan().StartsWith("DIRC"u8) || BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(4)) is not (2 or 3))
            return null;
        var folder = GitText.Raw(place.Folder);
        var entries = new List<Entry>();
        var at = HeaderLength;
        for (var left = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(8)); left > 0; left--)
        {
            var flags = BinaryPrimitives.ReadUInt16BigEndian(index.AsSpan(at + FlagsAt));
            var name = at + FixedLength + ((flags & 0x4000) == 0 ? 0 : 2);
            var end = Array.IndexOf(index, (byte)0, name);
            if (end < 0)
                return null;
            var path = Encoding.Latin1.GetString(index, name, end - name);
            var kind = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(at + ModeAt)) & 0xF000;
            if ((flags & Doubtful) == 0 && kind is 0x8000 or 0xA000 && path.StartsWith(folder, StringComparison.Ordinal) && !HiddenFiles.Hold(place, path))
                entries.Add(new Entry(index[at..name], path));
            at += (name - at + (end - name) + 8) & ~7;
        }
        return entries;
    }

    private static byte[] Write(List<Entry> entries)
    {
        using var index = new MemoryStream();
        var number = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, entries.Count);
        index.Write([.. "DIRC"u8, 0, 0, 0, 2, .. number]);
        foreach (var entry in entries)
        {
            var path = Encoding.Latin1.GetBytes(entry.Path);
            index.Write(entry.Fixed);
            index.Write(path);
            index.Write(new byte[8 - ((entry.Fixed.Length + path.Length) & 7)]);
        }
        // Without a checksum: git asks for none.
        index.Write(new byte[HashLength]);
        return index.ToArray();
    }

    // A filter may keep the size of what it changes.
    private static bool Filters(SnapshotPlace place, UserRepository repository, List<Entry> entries) =>
        entries.Where(entry => entry.Path == s_attributes[0] || entry.Path.EndsWith($"/{s_attributes[0]}", StringComparison.Ordinal)).Select(entry => $"{place.WorkTree}/{GitText.Shown(entry.Path)}")
            .Append($"{repository.CommonDirectory}/{s_attributes[1]}").Append($"{place.WorkTree}/{s_attributes[0]}")
            .Any(file => File.Exists(file) && File.ReadAllText(file).Contains("filter", StringComparison.Ordinal));

    private sealed record Entry(byte[] Fixed, string Path)
    {
        public string Hash => Convert.ToHexStringLower(Fixed, HashAt, HashLength);

        public uint Size => BinaryPrimitives.ReadUInt32BigEndian(Fixed.AsSpan(SizeAt));
    }
}
