using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Hosting.Backups;

/// <summary>What was restored.</summary>
/// <param name="Manifest">What the archive says of itself.</param>
/// <param name="HasMasterKey">False: the archive holds no key, and there is none at the target. It must come there before a server
/// starts.</param>
internal sealed record RestoreReport(BackupManifest Manifest, bool HasMasterKey);

/// <summary>
/// Brings a backup back. Up to the moment at which the database has it, nothing that was there is changed, and what was added is taken away
/// again when something fails.
/// </summary>
internal sealed class RestoreBackup(BackupOptions options, ArchiveReader archive)
{
    private const int BufferSize = 1 << 20;

    private readonly ArtifactFolder _artifacts = new(Path.Combine(options.DataDirectory, "artifacts"));
    private readonly string _staging = Path.Combine(options.DataDirectory, ".restore");
    private readonly List<byte[]> _added = [];

    /// <exception cref="BackupException">The archive, the passphrase or the target is not what it must be.</exception>
    /// <exception cref="ServerStartException">The operator's database cannot be used.</exception>
    public async Task<RestoreReport> Execute(CancellationToken cancellationToken)
    {
        var manifest = archive.Manifest;
        RequireKnownSchema(manifest);
        var text = Unseal(manifest);
        using var alone = DataFolderLock.TryTake(options.DataDirectory)
            ?? throw new BackupException("backup.running", $"A server runs on '{options.DataDirectory}'.", "Stop it first: koda down.");
        var keys = await RestoredKeys.Plan(options, manifest.MasterKeyId, text, cancellationToken);
        RequireNoSkills();
        MakeStaging();
        BackupDatabase? database = null;
        try
        {
            if (options.DatabaseUrl is not null || PrivateDatabase.Exists(options.DataDirectory))
            {
                database = await BackupDatabase.OpenOrMake(options, cancellationToken);
                await new RestoreTarget(database, options).RequireReplaceable(cancellationToken);
            }
            options.Report("Unpacking");
            await Unpack(cancellationToken);
            // One that is not there is made only now, so that a damaged archive leaves none behind.
            database ??= await BackupDatabase.OpenOrMake(options, cancellationToken);
            await Exchange(new RestoreTarget(database, options), keys, cancellationToken);
        }
        finally
        {
            if (database is not null)
                await database.DisposeAsync();
            Directory.Delete(_staging, recursive: true);
        }
        return new RestoreReport(
            manifest, manifest.MasterKeyId is null || await KeyRing.Find(options.DataDirectory, CancellationToken.None) is not null);
    }

    private static void RequireKnownSchema(BackupManifest manifest)
    {
        foreach (var (name, checksum) in manifest.Migrations)
        {
            if (!Migrator.Known.TryGetValue(name, out var known))
                throw new BackupException(
                    "backup.newer",
                    $"This backup is of Koda {manifest.Koda}, which is newer: this edition does not know its migration {name}.",
                    "Restore it with that Koda, or a newer one.");
            if (Convert.ToHexStringLower(known) != checksum)
                throw new BackupException(
                    "backup.other_edition", $"Migration {name} of this backup, of Koda {manifest.Koda}, is not the one of this edition.",
                    "Restore it with the Koda that wrote it.");
        }
    }

    private string? Unseal(BackupManifest manifest) => (manifest.MasterKeys, options.Passphrase) switch
    {
        (null, null) => null,
        (null, _) => throw new BackupException(
            "backup.not_sealed", "No passphrase seals this archive: it holds no master key, and nothing shows who wrote it.",
            "If it is yours, restore it without a passphrase."),
        (_, null) => throw new BackupException(
            "backup.no_passphrase", "This archive holds a master key, and needs its passphrase.", "Give it by --passphrase-file."),
        var (keys, passphrase) => archive.Unseal(passphrase, keys),
    };

    private void RequireNoSkills()
    {
        if (!options.Replace && SkillFiles.In(options.DataDirectory).Count > 0)
            throw new BackupException(
                "backup.not_empty", $"There are skills in '{SkillFiles.Folder(options.DataDirectory)}'.", "To lose them, say --replace.");
    }

    private void MakeStaging()
    {
        // A restore that was killed left it.
        if (Directory.Exists(_staging))
            Directory.Delete(_staging, recursive: true);
        Directory.CreateDirectory(_staging, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        Directory.CreateDirectory(Staged("skills"));
    }

    private string Staged(string name) => Path.Combine(_staging, name);

    private async Task Unpack(CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var (part, content) in archive.Read(cancellationToken))
            {
                if (ArchiveNames.ArtifactDigest(part.Name) is { } digest)
                    await AddArtifact(digest, content, cancellationToken);
                else
                    await Stage(part.Name, content, cancellationToken);
            }
        }
        catch
        {
            RemoveAdded();
            throw;
        }
    }

    private async Task Stage(string name, Stream content, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(
            Staged(name), FileMode.CreateNew, FileAccess.Write, FileShare.None, BufferSize, FileOptions.Asynchronous);
        await Copy(content, file, cancellationToken);
    }

    // Named by its content, an artifact harms nobody before something names it.
    private async Task AddArtifact(byte[] digest, Stream content, CancellationToken cancellationToken)
    {
        var isNew = !_artifacts.Has(digest);
        await using var draft = _artifacts.CreateDraft();
        try
        {
            await Copy(content, draft, cancellationToken);
            _artifacts.Keep(draft, digest);
        }
        finally
        {
            File.Delete(draft.Name);
        }
        if (isNew)
            _added.Add(digest);
    }

    private static Task<bool> Copy(Stream content, Stream target, CancellationToken cancellationToken) => ArchiveReader.Safely(async () =>
    {
        await content.CopyToAsync(target, BufferSize, cancellationToken);
        return true;
    });

    private async Task Exchange(RestoreTarget target, RestoredKeys? keys, CancellationToken cancellationToken)
    {
        try
        {
            if (keys is not null)
                await keys.Add(cancellationToken);
            options.Report("Restoring the database");
            await target.Restore(Staged(ArchiveNames.Database), cancellationToken);
        }
        catch
        {
            if (keys is not null)
                await keys.Undo();
            RemoveAdded();
            throw;
        }
        if (keys is not null)
            await keys.Settle(CancellationToken.None);
        ReplaceSkills();
    }

    private void ReplaceSkills()
    {
        var folder = Directory.CreateDirectory(SkillFiles.Folder(options.DataDirectory)).FullName;
        foreach (var before in SkillFiles.In(options.DataDirectory))
            before.Delete();
        foreach (var skill in Directory.EnumerateFiles(Staged("skills")))
            File.Move(skill, Path.Combine(folder, Path.GetFileName(skill)));
    }

    private void RemoveAdded()
    {
        foreach (var digest in _added)
            _artifacts.Remove(digest);
    }
}
