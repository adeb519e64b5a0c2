using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;
using Koda.Server.Engine;
using Koda.Server.Hosting.Backups;
using Xunit;

namespace Koda.Server.Tests.Hosting.Backups;

/// <summary>Archives that were damaged, changed or made to harm.</summary>
public sealed class ArchiveReaderTests : IDisposable
{
    private const string Passphrase = "a passphrase of some length";

    private static readonly byte[] s_artifact = RandomNumberGenerator.GetBytes(5000);
    private static readonly Lazy<(PassphraseSeal Seal, SealedKeys Keys)> s_seal = new(() => PassphraseSeal.Create(Passphrase, "the keys"));

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-archive-").FullName;

    private string File => Path.Combine(_folder, "backup.tar");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task What_was_written_is_read()
    {
        await Write();

        var parts = await ReadAll();

        Assert.Equal("a dump", Encoding.UTF8.GetString(parts["database.dump"]));
        Assert.Equal(s_artifact, parts[ArchiveNames.Artifact(SHA256.HashData(s_artifact))]);
        Assert.Equal("a skill", Encoding.UTF8.GetString(parts["skills/übung.md"]));
        await using var archive = await ArchiveReader.Open(File, default);
        Assert.Equal("the keys", archive.Unseal(Passphrase, archive.Manifest.MasterKeys!));
        var wrong = Assert.Throws<BackupException>(() => archive.Unseal(Passphrase + ".", archive.Manifest.MasterKeys!));
        Assert.Equal("backup.wrong_passphrase", wrong.Code);
    }

    [Fact]
    public async Task A_changed_byte_of_any_content_is_found()
    {
        await Write();
        var whole = await System.IO.File.ReadAllBytesAsync(File);
        foreach (var content in (byte[][])["a dump"u8.ToArray(), s_artifact, "a skill"u8.ToArray(), "\"format\":1"u8.ToArray()])
        {
            var changed = whole.ToArray();
            changed[whole.AsSpan().IndexOf(content) + content.Length - 1] ^= 1;
            await System.IO.File.WriteAllBytesAsync(File, changed);

            await IsRefused("backup.damaged");
        }
    }

    [Theory]
    [InlineData(0)]
    [InlineData(700)]
    [InlineData(3000)]
    [InlineData(9000)]
    public async Task What_was_cut_off_is_found(int size)
    {
        await Write();
        using (var file = System.IO.File.OpenWrite(File)) file.SetLength(size);

        await IsRefused("backup.damaged");
    }

    [Fact]
    public async Task A_manifest_that_somebody_wrote_anew_does_not_bear_the_signature()
    {
        await Write();
        BackupManifest manifest;
        await using (var archive = await ArchiveReader.Open(File, default)) manifest = archive.Manifest;
        await Write(manifest with { Koda = "9.9" }, signature: "0");

        await using var changed = await ArchiveReader.Open(File, default);
        var refused = Assert.Throws<BackupException>(() => changed.Unseal(Passphrase, changed.Manifest.MasterKeys!));

        Assert.Equal("backup.changed", refused.Code);
    }

    [Fact]
    public async Task A_newer_form_is_named_as_such()
    {
        await WriteText("""{"format": 2}""", []);

        await IsRefused("backup.newer");
    }

    [Theory]
    [InlineData("""{"format": 1}""")]
    [InlineData("""{"format": "one"}""")]
    [InlineData("""{"format": 1, "koda": null, "created_at": "2026-01-01T00:00:00Z", "postgres": 15, "migrations": null, "parts": null}""")]
    [InlineData("""{"format": 1, "koda": "1", "created_at": "2026-01-01T00:00:00Z", "postgres": 15, "migrations": {}, "parts": [null]}""")]
    [InlineData(
        """{"format": 1, "koda": "1", "created_at": "2026-01-01", "postgres": 15, "migrations": {}, "parts": [{"name": "../evil", "size": 1, "sha256": ""}]}"""
    )]
    [InlineData("[]")]
    [InlineData("{")]
    public async Task A_manifest_that_is_none_is_refused(string manifest)
    {
        await WriteText(manifest, []);

        await IsRefused("backup.damaged");
    }

    [Theory]
    [InlineData("../evil")]
    [InlineData("/etc/evil")]
    [InlineData("skills/../../evil.md")]
    [InlineData("skills/a/b.md")]
    [InlineData("artifacts/../../../../evil")]
    [InlineData("operator.token")]
    [InlineData("skills/\u001b[2J.md")]
    public async Task A_file_of_another_name_is_refused(string name)
    {
        await Write(added: new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream("evil"u8.ToArray()) });

        await IsRefused("backup.damaged", $"no backup holds a file '{name}'");
    }

    [Theory]
    [InlineData(TarEntryType.SymbolicLink)]
    [InlineData(TarEntryType.HardLink)]
    [InlineData(TarEntryType.Fifo)]
    [InlineData(TarEntryType.Directory)]
    public async Task What_is_no_file_is_refused(TarEntryType type)
    {
        var entry = new PaxTarEntry(type, "skills/evil.md");
        if (type is TarEntryType.SymbolicLink or TarEntryType.HardLink)
            entry.LinkName = "/etc/passwd";
        await Write(added: entry);

        await IsRefused("backup.damaged", "'skills/evil.md' is not a file");
    }

    [Fact]
    public async Task A_part_that_is_there_twice_missing_or_unlisted_is_refused()
    {
        await Write(
            added: new PaxTarEntry(TarEntryType.RegularFile, "database.dump") { DataStream = new MemoryStream("another"u8.ToArray()) });
        await IsRefused("backup.damaged");

        await Write(
            added: new PaxTarEntry(TarEntryType.RegularFile, "skills/unlisted.md") { DataStream = new MemoryStream("x"u8.ToArray()) });
        await IsRefused("backup.damaged");

        await Write();
        BackupManifest manifest;
        await using (var archive = await ArchiveReader.Open(File, default)) manifest = archive.Manifest;
        await WriteText(EngineJson.Write(manifest), ["database.dump"]);
        await IsRefused("backup.damaged");
    }

    [Fact]
    public async Task A_size_that_no_file_has_costs_no_memory()
    {
        await Write();
        var bytes = await System.IO.File.ReadAllBytesAsync(File);
        // The size of the manifest, in octal, in its header.
        var header = bytes.AsSpan().IndexOf("manifest.json\0\0"u8);
        Encoding.ASCII.GetBytes("77777777777").CopyTo(bytes, header + 124);
        await System.IO.File.WriteAllBytesAsync(File, bytes);

        await IsRefused("backup.damaged");
    }

    private async Task IsRefused(string code, string problem = "")
    {
        var refused = await Assert.ThrowsAsync<BackupException>(ReadAll);
        Assert.Equal(code, refused.Code);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    private async Task<Dictionary<string, byte[]>> ReadAll()
    {
        await using var archive = await ArchiveReader.Open(File, default);
        var parts = new Dictionary<string, byte[]>();
        await foreach (var (part, content) in archive.Read(default))
        {
            using var read = new MemoryStream();
            await ArchiveReader.Safely(async () =>
            {
                await content.CopyToAsync(read);
                return true;
            });
            parts.Add(part.Name, read.ToArray());
        }
        return parts;
    }

    private async Task Write(BackupManifest? manifest = null, TarEntry? added = null, string? signature = null)
    {
        await using var file = System.IO.File.Create(File);
        await using var archive = new ArchiveWriter(file);
        await archive.Add(ArchiveNames.Database, new MemoryStream("a dump"u8.ToArray()), default);
        await archive.Add(ArchiveNames.Artifact(SHA256.HashData(s_artifact)), new MemoryStream(s_artifact), default);
        await archive.Add(ArchiveNames.Skill("übung.md"), new MemoryStream("a skill"u8.ToArray()), default);
        if (added is not null)
            await AppendTo(file, added);
        await archive.End(manifest ?? Manifest(archive.Parts), signature is null ? s_seal.Value.Seal : null, default);
        if (signature is not null)
            await AppendTo(file, Text(ArchiveNames.ManifestSignature, signature));
    }

    private static BackupManifest Manifest(IReadOnlyList<BackupPart> parts) => new()
    {
        Format = BackupManifest.CurrentFormat,
        Koda = "1.0",
        CreatedAt = DateTimeOffset.UtcNow,
        Postgres = 15,
        Migrations = new Dictionary<string, string>(),
        Parts = parts,
        MasterKeys = s_seal.Value.Keys,
    };

    private async Task WriteText(string manifest, string[] parts)
    {
        await using var file = System.IO.File.Create(File);
        await using var tar = new TarWriter(file, TarEntryFormat.Pax);
        foreach (var part in parts)
            await tar.WriteEntryAsync(Text(part, "a dump"));
        await tar.WriteEntryAsync(Text(ArchiveNames.Manifest, manifest));
        await tar.WriteEntryAsync(
            Text(ArchiveNames.ManifestDigest, Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(manifest))) + "\n"));
    }

    private static PaxTarEntry Text(string name, string text) =>
        new(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)) };

    // Before the end of the archive, where a tar has its two empty blocks.
    private static async Task AppendTo(FileStream file, TarEntry entry)
    {
        const int end = 1024;
        using var one = new MemoryStream();
        await using (var tar = new TarWriter(one, TarEntryFormat.Pax, leaveOpen: true)) await tar.WriteEntryAsync(entry);
        if (file.Length > end && IsEmpty(file, end))
            file.Position = file.Length - end;
        await file.WriteAsync(one.ToArray().AsMemory(0, (int)one.Length - end));
    }

    private static bool IsEmpty(FileStream file, int size)
    {
        var blocks = new byte[size];
        file.Position = file.Length - size;
        file.ReadExactly(blocks);
        return blocks.All(part => part == 0);
    }
}
