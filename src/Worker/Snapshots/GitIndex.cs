using System.Buffers.Binary;
using System.Text;

namespace Koda.Worker.Snapshots;

/// <summary>An index of git, read without starting git: which files it names, and the tree of them if git has written that.</summary>
/// <param name="Entries">The files, as git orders them.</param>
/// <param name="Tree">The tree of all of them. Null: it is not written, or not noted.</param>
/// <param name="Trees">The extension that notes trees, without its head. Null: there is none.</param>
internal sealed record GitIndex(IReadOnlyList<IndexEntry> Entries, string? Tree, byte[]? Trees)
{
    private const int HeaderLength = 12;
    private const int ExtensionHead = 8;

    public static GitIndex Empty { get; } = new([], null, null);

    /// <summary>How long the names of a repository's objects are, in bytes.</summary>
    public static int HashLength(string format) => format == "sha1" ? 20 : 32;

    /// <summary>Reads an index.</summary>
    /// <param name="index">Its bytes, which anybody may have written.</param>
    /// <param name="hashLength">How long the names of objects are.</param>
    /// <returns>Null: it is none, or of a kind that says only part of what it holds.</returns>
    public static GitIndex? Read(byte[] index, int hashLength)
    {
        var end = index.Length - hashLength;
        if (end < HeaderLength || !index.AsSpan().StartsWith("DIRC"u8))
            return null;
        var version = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(4));
        if (version is < 2 or > 4)
            return null;
        var entries = new List<IndexEntry>();
        var at = HeaderLength;
        var path = "";
        for (var left = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(8)); left > 0; left--)
        {
            var begin = at;
            if (ReadName(index.AsSpan(0, end), ref at, hashLength, version == 4, ref path) is not { } fixedLength)
                return null;
            entries.Add(new IndexEntry(index.AsMemory(begin, fixedLength), path, hashLength));
        }
        return ReadExtensions(index, at, end, hashLength) is var (known, trees) && known
            ? new GitIndex(entries, RootOf(trees, hashLength), trees)
            : null;
    }

    // Gives the length of what stands before the name, and moves to the next entry.
    private static int? ReadName(ReadOnlySpan<byte> index, ref int at, int hashLength, bool compressed, ref string path)
    {
        var fixedLength = IndexEntry.HashAt + hashLength + 2;
        if (at + fixedLength + 2 > index.Length)
            return null;
        if ((index[at + fixedLength - 2] & IndexEntry.Extended) != 0)
            fixedLength += 2;
        var name = at + fixedLength;
        var kept = path.Length;
        if (compressed && !TryShorten(index, ref name, ref kept))
            return null;
        var length = index[name..].IndexOf((byte)0);
        if (length < 0)
            return null;
        path = string.Concat(compressed ? path.AsSpan(0, kept) : "", Encoding.Latin1.GetString(index.Slice(name, length)));
        at = compressed ? name + length + 1 : at + ((fixedLength + length + 8) & ~7);
        return fixedLength;
    }

    // In version 4 a name says how much of the one before it leaves out, seven bits a byte.
    private static bool TryShorten(ReadOnlySpan<byte> index, ref int name, ref int kept)
    {
        var dropped = 0;
        for (var first = true; name < index.Length; first = false)
        {
            var part = index[name++];
            dropped = ((first ? 0 : dropped + 1) << 7) | (part & 0x7f);
            if (dropped < 0 || dropped > kept)
                return false;
            if ((part & 0x80) == 0)
            {
                kept -= dropped;
                return true;
            }
        }
        return false;
    }

    // Without those that begin with a small letter an index cannot be understood.
    private static (bool Known, byte[]? Trees) ReadExtensions(byte[] index, int at, int end, int hashLength)
    {
        byte[]? trees = null;
        while (at + ExtensionHead <= end)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(index.AsSpan(at + 4));
            if (length < 0 || length > end - at - ExtensionHead || index[at] is < (byte)'A' or > (byte)'Z')
                return (false, null);
            var content = index.AsSpan(at + ExtensionHead, length);
            if (index.AsSpan(at, 4).SequenceEqual("TREE"u8))
                trees = content.ToArray();
            at += ExtensionHead + length;
        }
        return (at <= end, trees);
    }

    // "\0", how many files and subtrees there are, a line end, the tree. Less than no file: it is to be written anew.
    private static string? RootOf(byte[]? trees, int hashLength)
    {
        var line = trees is [0, not (byte)'-', ..] ? Array.IndexOf(trees, (byte)'\n') : -1;
        return line > 0 && line + hashLength < trees!.Length ? Convert.ToHexStringLower(trees, line + 1, hashLength) : null;
    }
}

/// <summary>A file of an index.</summary>
/// <param name="Fixed">What stands before its name.</param>
/// <param name="Path">Its path in the work tree, as git writes it.</param>
/// <param name="HashLength">How long its object's name is, in bytes.</param>
internal sealed record IndexEntry(ReadOnlyMemory<byte> Fixed, string Path, int HashLength)
{
    public const int HashAt = 40;

    /// <summary>In the upper half of the flags: more of them follow.</summary>
    public const int Extended = 0x40;

    private const int ModeAt = 24;
    private const int SizeAt = 36;

    // Unchanged by assumption, with further flags, or in conflict: git says less of such a file than what it holds.
    private const int Doubtful = 0x80 | Extended | 0x30;

    public string Hash => Convert.ToHexStringLower(Fixed.Span.Slice(HashAt, HashLength));

    /// <summary>How large the file was when git looked at it, but for multiples of 4 GiB; 0 also for one to be looked at again.</summary>
    public uint Size => BinaryPrimitives.ReadUInt32BigEndian(Fixed.Span[SizeAt..]);

    public bool IsFile => Kind == 0x8000;

    /// <summary>Whether it can be run.</summary>
    public bool Runs => (Fixed.Span[ModeAt + 3] & 0x40) != 0;

    public bool IsLink => Kind == 0xA000;

    /// <summary>Whether git says all of the file that it knows.</summary>
    public bool IsPlain => (Fixed.Span[HashAt + HashLength] & Doubtful) == 0;

    private int Kind => BinaryPrimitives.ReadInt32BigEndian(Fixed.Span[ModeAt..]) & 0xF000;
}
