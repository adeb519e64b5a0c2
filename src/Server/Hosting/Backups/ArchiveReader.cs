using System.Formats.Tar;
using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Koda.Server.Engine;
using Koda.Server.Engine.Artifacts;

namespace Koda.Server.Hosting.Backups;

/// <summary>
/// Reads an archive that anybody may have sent: only files of known names, of the size and the digest that its manifest tells.
/// </summary>
internal sealed class ArchiveReader : IAsyncDisposable
{
    /// <summary>The largest manifest that is read, in bytes.</summary>
    public const int MaxManifest = 256 * 1024 * 1024;

    private const int DigestTextSize = 65;

    private readonly FileStream _file;
    private readonly byte[] _text;
    private readonly string? _signature;

    private ArchiveReader(FileStream file, byte[] text, string? signature, BackupManifest manifest)
    {
        _file = file;
        _text = text;
        _signature = signature;
        Manifest = manifest;
    }

    public BackupManifest Manifest { get; }

    /// <summary>Opens an archive and reads its manifest.</summary>
    /// <exception cref="BackupException">It is not whole, not an archive of Koda, or of a newer form.</exception>
    public static async Task<ArchiveReader> Open(string path, CancellationToken cancellationToken)
    {
        var file = new FileStream(path, new FileStreamOptions { Options = FileOptions.Asynchronous });
        try
        {
            var (text, digest, signature) = await Safely(() => FindManifest(file, cancellationToken));
            if (!IsDigest(digest, SHA256.HashData(text)))
                throw Damaged("its manifest is not the one that was written");
            return new ArchiveReader(file, text, signature, ReadManifest(text));
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    /// <summary>Opens the master keys and checks the signature.</summary>
    /// <returns>The keys' text.</returns>
    /// <exception cref="BackupException">It is another passphrase, or the archive was changed since.</exception>
    public string Unseal(string passphrase, SealedKeys keys)
    {
        var (seal, text) = PassphraseSeal.Open(passphrase, keys);
        return IsDigest(_signature, seal.Sign(_text))
            ? text
            : throw new BackupException(
                "backup.changed",
                "This archive was changed after it was written: its manifest does not bear the signature of the passphrase.");
    }

    /// <summary>The parts, each with its content, which fails at its end when it is not what was backed up.</summary>
    /// <exception cref="BackupException">The archive is damaged, or holds what no backup does.</exception>
    public async IAsyncEnumerable<(BackupPart Part, Stream Content)> Read([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var awaited = Manifest.Parts.ToDictionary(part => part.Name, StringComparer.Ordinal);
        _file.Position = 0;
        await using var tar = new TarReader(_file, leaveOpen: true);
        while (await Safely(() => Next(tar, cancellationToken)) is { } entry)
        {
            if (entry.Name is ArchiveNames.Manifest or ArchiveNames.ManifestDigest or ArchiveNames.ManifestSignature)
                continue;
            if (!awaited.Remove(entry.Name, out var part) || part.Size != entry.Length)
                throw Damaged($"'{entry.Name}' is not what its manifest lists");
            yield return (part, new DigestCheckingStream(entry.DataStream ?? Stream.Null, Convert.FromHexString(part.Sha256)));
        }
        if (awaited.Count > 0)
            throw Damaged($"'{awaited.Keys.First()}' is missing");
    }

    public ValueTask DisposeAsync() => _file.DisposeAsync();

    /// <summary>Says what a damaged archive makes of its readers as what it is.</summary>
    public static async Task<T> Safely<T>(Func<Task<T>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception broken) when (
            broken is InvalidDataException or EndOfStreamException or FormatException or ArgumentException or OverflowException)
        {
            throw Damaged(broken.Message.TrimEnd('.'), broken);
        }
    }

    private static async Task<(byte[] Text, string? Digest, string? Signature)> FindManifest(
        FileStream file, CancellationToken cancellationToken)
    {
        (byte[]? Text, string? Digest, string? Signature) found = default;
        await using var tar = new TarReader(file, leaveOpen: true);
        while (await Next(tar, cancellationToken) is { } entry)
        {
            if (entry.Name == ArchiveNames.Manifest && found.Text is null)
                found.Text = await Content(entry, MaxManifest, cancellationToken);
            else if (entry.Name == ArchiveNames.ManifestDigest && found.Digest is null)
                found.Digest = Encoding.ASCII.GetString(await Content(entry, DigestTextSize, cancellationToken));
            else if (entry.Name == ArchiveNames.ManifestSignature && found.Signature is null)
                found.Signature = Encoding.ASCII.GetString(await Content(entry, DigestTextSize, cancellationToken));
            else if (!ArchiveNames.IsPart(entry.Name))
                throw new InvalidDataException($"no backup holds a file '{entry.Name}', or not twice");
        }
        return (found.Text ?? throw new InvalidDataException("it has no manifest"), found.Digest, found.Signature);
    }

    private static async Task<TarEntry?> Next(TarReader tar, CancellationToken cancellationToken)
    {
        var entry = await tar.GetNextEntryAsync(copyData: false, cancellationToken);
        return entry is null or { EntryType: TarEntryType.RegularFile }
            ? entry
            : throw new InvalidDataException($"'{entry.Name}' is not a file");
    }

    private static async Task<byte[]> Content(TarEntry entry, int limit, CancellationToken cancellationToken)
    {
        if (entry.Length > limit || entry.DataStream is not { } data)
            throw new InvalidDataException($"'{entry.Name}' has no size that it could have");
        var content = new byte[entry.Length];
        await data.ReadExactlyAsync(content, cancellationToken);
        return content;
    }

    private static BackupManifest ReadManifest(byte[] text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.GetProperty("format").GetInt32() > BackupManifest.CurrentFormat)
                throw new BackupException("backup.newer", "This archive is of a newer form.", "Restore it with a newer Koda.");
            var manifest = EngineJson.Read<BackupManifest>(Encoding.UTF8.GetString(text));
            return manifest is { Koda: not null, Migrations: not null, Parts: not null } && manifest.Parts.All(IsSound)
                && manifest.Parts.Any(part => part.Name == ArchiveNames.Database)
                && manifest.Parts.DistinctBy(part => part.Name).Count() == manifest.Parts.Count
                ? manifest
                : throw Damaged("its manifest lists what no backup holds");
        }
        catch (Exception broken) when (broken is JsonException or InvalidOperationException or KeyNotFoundException or InvalidDataException)
        {
            throw Damaged("its manifest cannot be read", broken);
        }
    }

    // An artifact's name is its digest.
    private static bool IsSound(BackupPart part) =>
        part is { Name: { } name, Sha256: { Length: SHA256.HashSizeInBytes * 2 } digest, Size: >= 0 }
        && ArchiveNames.IsPart(name) && digest.All(char.IsAsciiHexDigitLower)
        && (ArchiveNames.ArtifactDigest(name) is not { } named || Convert.ToHexStringLower(named) == digest);

    private static bool IsDigest(string? text, byte[] digest) =>
        text is not null && CryptographicOperations.FixedTimeEquals(
            Encoding.ASCII.GetBytes(text), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(digest) + "\n"));

    private static BackupException Damaged(string problem, Exception? inner = null) =>
        new("backup.damaged", $"This is not a whole backup of Koda: {problem}.", "Use another copy of it.", inner);
}
