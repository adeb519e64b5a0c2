using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Koda.Server.Engine;

namespace Koda.Server.Hosting.Backups;

/// <summary>
/// Writes an archive: a plain tar, so that other programs read it too. It is not compressed, because what is large in it is already, and so
/// that nothing in a stranger's archive can grow beyond the file's own size.
/// </summary>
internal sealed class ArchiveWriter(FileStream file) : IAsyncDisposable
{
    private readonly TarWriter _tar = new(file, TarEntryFormat.Pax, leaveOpen: true);
    private readonly List<BackupPart> _parts = [];

    public IReadOnlyList<BackupPart> Parts => _parts;

    /// <summary>Adds a part.</summary>
    /// <returns>The digest of its content.</returns>
    public async Task<byte[]> Add(string name, Stream content, CancellationToken cancellationToken)
    {
        var digest = await SHA256.HashDataAsync(content, cancellationToken);
        content.Position = 0;
        await Write(name, content, cancellationToken);
        _parts.Add(new BackupPart(name, content.Length, Convert.ToHexStringLower(digest)));
        return digest;
    }

    /// <summary>Ends the archive with its manifest, and makes it durable.</summary>
    /// <exception cref="BackupException">The list of the parts is larger than a reader takes.</exception>
    public async Task End(BackupManifest manifest, PassphraseSeal? seal, CancellationToken cancellationToken)
    {
        var text = Encoding.UTF8.GetBytes(EngineJson.Write(manifest));
        if (text.Length > ArchiveReader.MaxManifest)
            throw new BackupException(
                "backup.too_many", $"There are too many artifacts for an archive: {_parts.Count} parts.",
                "Back up by pg_dump, and by a copy of the artifacts.");
        await Write(ArchiveNames.Manifest, new MemoryStream(text), cancellationToken);
        await Write(ArchiveNames.ManifestDigest, Hex(SHA256.HashData(text)), cancellationToken);
        if (seal is not null)
            await Write(ArchiveNames.ManifestSignature, Hex(seal.Sign(text)), cancellationToken);
        await _tar.DisposeAsync();
        await file.FlushAsync(cancellationToken);
        file.Flush(flushToDisk: true);
    }

    public ValueTask DisposeAsync() => _tar.DisposeAsync();

    private Task Write(string name, Stream content, CancellationToken cancellationToken) => _tar.WriteEntryAsync(
        new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = content, Mode = UnixFileMode.UserRead | UnixFileMode.UserWrite },
        cancellationToken);

    private static MemoryStream Hex(byte[] digest) => new(Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest) + "\n"));
}
