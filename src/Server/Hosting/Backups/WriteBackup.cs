using System.Reflection;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure;

namespace Koda.Server.Hosting.Backups;

/// <summary>
/// Backs up the database, the artifacts that it names, the skills and, sealed, the master keys, while servers run or not.
/// </summary>
internal sealed class WriteBackup(BackupOptions options)
{
    private const UnixFileMode OwnersAlone = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly ArtifactFolder _artifacts = new(Path.Combine(options.DataDirectory, "artifacts"));

    /// <summary>Writes the archive. Until it is whole and durable, it does not have its name.</summary>
    /// <exception cref="BackupException">There is nothing to back up, the master key is not the right one, an artifact is damaged, or the
    /// file exists.</exception>
    /// <exception cref="ServerStartException">The operator's database cannot be used.</exception>
    public async Task<BackupManifest> Execute(CancellationToken cancellationToken)
    {
        RequireAbsent();
        await using var database = await BackupDatabase.Open(options, cancellationToken);
        var draft = $"{options.File}.{Guid.NewGuid():n}.part";
        var dump = draft + ".dump";
        try
        {
            BackupManifest manifest;
            await using (var file = Create(draft))
                manifest = await Write(database, file, dump, cancellationToken);
            RequireAbsent();
            File.Move(draft, options.File, overwrite: false);
            DurableFolder.Flush(Path.GetDirectoryName(options.File)!);
            return manifest;
        }
        finally
        {
            File.Delete(draft);
            File.Delete(dump);
        }
    }

    private async Task<BackupManifest> Write(BackupDatabase database, FileStream file, string dump, CancellationToken cancellationToken)
    {
        await using var archive = new ArchiveWriter(file);
        await using var connection = await database.Connect(cancellationToken);
        await using var snapshot = await DatabaseSnapshot.Take(connection, cancellationToken);
        var keyCheck = await snapshot.KeyCheck(cancellationToken);
        var seal = options.Passphrase is { } passphrase
            ? PassphraseSeal.Create(passphrase, await Keys(keyCheck, cancellationToken))
            : default;
        var programs = await BackupDatabase.Programs(connection, cancellationToken);

        options.Report("Dumping the database");
        await Create(dump).DisposeAsync();
        await programs.Dump(database.ConnectionString, snapshot.Id, dump, cancellationToken);
        await using (var content = File.OpenRead(dump))
            await archive.Add(ArchiveNames.Database, content, cancellationToken);
        File.Delete(dump);

        options.Report("Copying artifacts and skills");
        foreach (var digest in await snapshot.ArtifactFiles(cancellationToken))
            await AddArtifact(archive, digest, cancellationToken);
        foreach (var skill in SkillFiles.In(options.DataDirectory))
            await AddSkill(archive, skill, cancellationToken);

        var manifest = new BackupManifest
        {
            Format = BackupManifest.CurrentFormat,
            Koda = Assembly.GetExecutingAssembly().GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion,
            CreatedAt = DateTimeOffset.UtcNow,
            Postgres = connection.PostgreSqlVersion.Major,
            Migrations = await snapshot.Migrations(cancellationToken),
            Parts = archive.Parts,
            MasterKeyId = keyCheck is null ? null : Convert.ToHexStringLower(keyCheck.AsSpan(1, MasterKey.IdSize)),
            MasterKeys = seal.Keys,
        };
        await archive.End(manifest, seal.Seal, cancellationToken);
        return manifest;
    }

    // A key that does not open the database would show when it is too late.
    private async Task<string> Keys(byte[]? keyCheck, CancellationToken cancellationToken)
    {
        var ring = await KeyRing.Find(options.DataDirectory, cancellationToken)
            ?? throw new BackupException(
                "backup.no_key", $"There is no master key in '{options.DataDirectory}', and none in {KeyRing.Variable}.",
                $"Run it with the server's {KeyRing.Variable}, or leave the key out with --without-key.");
        return keyCheck is null || CheckMasterKey.Opens(new SecretBox(ring), keyCheck)
            ? KeyRing.Text(ring.Keys)
            : throw new BackupException(
                "backup.other_key", CheckMasterKey.Mismatch,
                "Give it to this command in the same way, or leave the key out with --without-key.");
    }

    private async Task AddArtifact(ArchiveWriter archive, byte[] digest, CancellationToken cancellationToken)
    {
        try
        {
            await using var content = _artifacts.Open(digest);
            if ((await archive.Add(ArchiveNames.Artifact(digest), content, cancellationToken)).AsSpan().SequenceEqual(digest))
                return;
        }
        catch (Exception absent) when (absent is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Lost(digest, absent);
        }
        throw Lost(digest);
    }

    private BackupException Lost(byte[] digest, Exception? inner = null) => new(
        "backup.artifact_lost",
        $"The artifact {Convert.ToHexStringLower(digest)} is missing or damaged, so that no whole backup can be made.",
        $"Servers of one database share '{options.DataDirectory}/artifacts': is this the right directory?", inner);

    private static async Task AddSkill(ArchiveWriter archive, FileInfo skill, CancellationToken cancellationToken)
    {
        if (!ArchiveNames.CanHold(skill.Name))
            throw new BackupException(
                "backup.skill_name", $"The skill '{skill.FullName}' has a name that an archive cannot hold.", "Rename it.");
        await using var content = skill.OpenRead();
        await archive.Add(ArchiveNames.Skill(skill.Name), content, cancellationToken);
    }

    private void RequireAbsent()
    {
        if (File.Exists(options.File))
            throw new BackupException(
                "backup.exists", $"'{options.File}' exists already.", "Name another file: a backup never replaces one.");
    }

    private static FileStream Create(string path) => new(path, new FileStreamOptions
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.ReadWrite,
        Options = FileOptions.Asynchronous,
        UnixCreateMode = OwnersAlone,
    });
}
