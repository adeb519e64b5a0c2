using System.Security.Cryptography;
using System.Text;
using Dapper;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Secrets;
using Koda.Server.Hosting;
using Koda.Server.Hosting.Backups;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Hosting.Backups;

/// <summary>Backups of a database of the operator's, brought into others: wholly, or with nothing changed.</summary>
public sealed class RestoreBackupTests(SourceServer source) : IClassFixture<SourceServer>, IAsyncLifetime
{
    private const string Passphrase = SourceServer.Passphrase;

    private readonly string _folder = Directory.CreateTempSubdirectory("koda-restore-").FullName;
    private string _target = "";

    private string Archive => Path.Combine(_folder, "koda.tar");

    private string Data => Path.Combine(_folder, "data");

    public async Task InitializeAsync()
    {
        _target = await (await PostgresServer.Get()).CreateDatabase();
        Directory.CreateDirectory(Data);
    }

    public async Task DisposeAsync()
    {
        await (await PostgresServer.Get()).DropDatabase(_target);
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task All_is_there_after_a_restore(bool replacing)
    {
        Copy();
        if (replacing)
            await Fill();
        else
            await Empty();

        var report = await Restore(replace: replacing);

        Assert.True(report.HasMasterKey);
        Assert.Equal(source.Manifest.CreatedAt, report.Manifest.CreatedAt);
        var (before, after) = (await StoredLog.Verify("", source.ConnectionString, default), await StoredLog.Verify("", _target, default));
        Assert.Equal((before.Streams, before.Events, null), (after.Streams, after.Events, after.Fault));
        Assert.Equal("A skill.", await File.ReadAllTextAsync(Path.Combine(Data, "skills", "one.md")));
        Assert.Single(Directory.GetFiles(Path.Combine(Data, "skills")));
        Assert.Equal(SourceServer.Secret, await Secret());
        Assert.Equal(source.Content, await Artifact());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(Path.Combine(Data, "master.key")));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(source.Archive));
        Assert.False(Directory.Exists(Path.Combine(Data, ".restore")));
        Assert.Empty(await Names("koda_re%"));
    }

    [Fact]
    public async Task A_backup_has_no_secret_and_no_key_in_the_open()
    {
        var bytes = await File.ReadAllBytesAsync(source.Archive);

        foreach (var secret in (string[])[SourceServer.Secret, SourceServer.Key, Convert.ToBase64String(new byte[32])])
            Assert.Equal(-1, bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret)));
    }

    [Fact]
    public async Task Without_its_key_an_archive_says_which_one_is_needed()
    {
        var backup = await Backup(passphrase: null);
        await Empty();

        Assert.Null(backup.MasterKeys);
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(new byte[32]).AsSpan(0, 4)), backup.MasterKeyId);
        await File.WriteAllTextAsync(Path.Combine(Data, "master.key"), new string('1', 64));
        Assert.Equal("backup.other_key", await Refusal(() => Restore(passphrase: null)));
        File.Delete(Path.Combine(Data, "master.key"));
        Assert.False((await Restore(passphrase: null)).HasMasterKey);
        Assert.Equal("backup.not_sealed", await Refusal(() => Restore()));
    }

    [Fact]
    public async Task What_is_there_is_replaced_only_when_that_is_asked_for()
    {
        Copy();
        await Fill();

        Assert.Equal("backup.not_empty", await Refusal(() => Restore()));
        File.Delete(Path.Combine(Data, "skills", "other.md"));
        Assert.Equal("backup.not_empty", await Refusal(() => Restore()));
        File.Delete(Path.Combine(Data, "master.key"));
        Assert.Equal("backup.not_empty", await Refusal(() => Restore()));
        await Unchanged();
    }

    [Fact]
    public async Task A_database_that_is_in_use_is_let_be()
    {
        Copy();
        await Fill();
        await using var session = new NpgsqlConnection(_target + ";Pooling=false");
        await session.OpenAsync();

        Assert.Equal("backup.running", await Refusal(() => Restore(replace: true)));
        using (DataFolderLock.Take(Data))
            Assert.Equal("backup.running", await Refusal(() => Restore(replace: true)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_dump_that_fails_at_its_end_changes_nothing(bool replacing)
    {
        Copy();
        await WriteArchiveWith(async dump =>
        {
            await using var file = File.OpenWrite(dump);
            file.SetLength(file.Length - 2000);
        });
        if (replacing)
            await Fill();
        else
            await Empty();

        await Assert.ThrowsAsync<InvalidOperationException>(() => Restore(replace: replacing));

        Assert.Empty(await Names("koda_re%"));
        Assert.Empty(Directory.GetFiles(Path.Combine(Data, "artifacts"), "*", SearchOption.AllDirectories));
        Assert.Equal(replacing, File.Exists(Path.Combine(Data, "master.key")));
        if (replacing)
            await Unchanged();
        else
            await Restored();

        // What failed is not in the way of what works.
        async Task Restored()
        {
            File.Delete(Archive);
            Copy();
            await Restore();
        }
    }

    [Fact]
    public async Task A_damaged_archive_makes_no_database()
    {
        Copy();
        var bytes = await File.ReadAllBytesAsync(Archive);
        bytes[bytes.AsSpan().IndexOf(source.Content) + 100_000] ^= 1;
        await File.WriteAllBytesAsync(Archive, bytes);

        Assert.Equal("backup.damaged", await Refusal(
            () => Run(new BackupOptions { File = Archive, DataDirectory = Data, Passphrase = Passphrase })));

        Assert.Equal(["artifacts", "server.lock"], Directory.EnumerateFileSystemEntries(Data).Select(Path.GetFileName).Order());
        Assert.Empty(Directory.GetFiles(Path.Combine(Data, "artifacts"), "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_backup_of_a_newer_schema_is_refused()
    {
        Copy();
        await WriteArchiveWith(_ => Task.CompletedTask, manifest =>
            manifest with { Migrations = new Dictionary<string, string>(manifest.Migrations) { ["9999_from_the_future"] = "00" } });

        Assert.Equal("backup.newer", await Refusal(() => Restore()));
    }

    [Fact]
    public async Task What_cannot_be_whole_is_not_backed_up()
    {
        var data = Path.Combine(_folder, "copy");
        await PeerProcess.Run(_folder, TimeSpan.FromMinutes(1), "/bin/cp", "-r", source.Data, data);
        await File.WriteAllTextAsync(Path.Combine(data, "master.key"), new string('1', 64));
        Assert.Equal("backup.other_key", await Refusal(() => Backup(data: data)));
        File.Delete(Path.Combine(data, "master.key"));
        Assert.Equal("backup.no_key", await Refusal(() => Backup(data: data)));
        Assert.Equal("backup.no_database", await Refusal(
            () => new WriteBackup(new BackupOptions { File = Archive, DataDirectory = Data }).Execute(default)));
        foreach (var file in Directory.GetFiles(Path.Combine(data, "artifacts"), "*", SearchOption.AllDirectories))
            await File.WriteAllTextAsync(file, "Damaged.");
        Assert.Equal("backup.artifact_lost", await Refusal(() => Backup(passphrase: null, data: data)));
        Assert.Empty(Directory.GetFiles(_folder));
    }

    [Fact]
    public async Task A_backup_that_is_given_up_leaves_nothing_and_none_is_written_over_another_file()
    {
        using var stop = new CancellationTokenSource();
        var options = new BackupOptions
        {
            File = Archive,
            DataDirectory = source.Data,
            DatabaseUrl = source.ConnectionString,
            Report = _ => stop.Cancel(),
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => new WriteBackup(options).Execute(stop.Token));
        Assert.Empty(Directory.GetFiles(_folder));

        await File.WriteAllTextAsync(Archive, "mine");
        Assert.Equal("backup.exists", await Refusal(() => Backup()));
        Assert.Equal("mine", await File.ReadAllTextAsync(Archive));
    }

    private void Copy() => File.Copy(source.Archive, Archive);

    private Task<BackupManifest> Backup(string? passphrase = Passphrase, string? data = null) => new WriteBackup(
        new BackupOptions
        {
            File = Archive,
            DataDirectory = data ?? source.Data,
            DatabaseUrl = source.ConnectionString,
            Passphrase = passphrase,
        }).Execute(default);

    private Task<RestoreReport> Restore(bool replace = false, string? passphrase = Passphrase) =>
        Run(new BackupOptions { File = Archive, DataDirectory = Data, DatabaseUrl = _target, Passphrase = passphrase, Replace = replace });

    private static async Task<RestoreReport> Run(BackupOptions options)
    {
        await using var archive = await ArchiveReader.Open(options.File, default);
        return await new RestoreBackup(options, archive).Execute(default);
    }

    /// <summary>Writes the archive anew, with another dump or another manifest, signed as its owner would.</summary>
    private async Task WriteArchiveWith(Func<string, Task> changeDump, Func<BackupManifest, BackupManifest>? change = null)
    {
        var whole = Archive + ".whole";
        File.Move(Archive, whole);
        var dump = Path.Combine(_folder, "dump");
        await using var archive = await ArchiveReader.Open(whole, default);
        await using var file = File.Create(Archive);
        await using var writer = new ArchiveWriter(file);
        await foreach (var (part, content) in archive.Read(default))
        {
            await using (var copy = File.Create(dump)) await content.CopyToAsync(copy);
            if (part.Name == ArchiveNames.Database)
                await changeDump(dump);
            await using var changed = File.OpenRead(dump);
            await writer.Add(part.Name, changed, default);
        }
        var (seal, _) = PassphraseSeal.Open(Passphrase, archive.Manifest.MasterKeys!);
        var manifest = archive.Manifest with { Parts = writer.Parts };
        await writer.End(change?.Invoke(manifest) ?? manifest, seal, default);
    }

    private async Task Empty() => await Query<int>(_target, "drop schema public cascade; create schema public; select 1");

    /// <summary>Gives the target something to lose.</summary>
    private async Task Fill()
    {
        await Query<int>(_target, "create table precious (id int); insert into precious values (42); select 1");
        Directory.CreateDirectory(Path.Combine(Data, "skills"));
        await File.WriteAllTextAsync(Path.Combine(Data, "skills", "other.md"), "Another skill.");
        await File.WriteAllTextAsync(Path.Combine(Data, "master.key"), new string('1', 64));
    }

    private async Task Unchanged() => Assert.Equal([42], await Query<int>(_target, "select id from precious"));

    private Task<List<string>> Names(string pattern) =>
        Query<string>(_target, $"select datname::text from pg_database where datname like '{pattern}'");

    private async Task<string> Secret()
    {
        var sealedValue = Assert.Single(
            await Query<byte[]>(_target, $"select sealed from agent_secrets where agent_id = '{source.Agent}'"));
        var ring = (await KeyRing.Find(Data, default))!;
        return new SecretBox(ring).Open(sealedValue, AgentSecrets.Purpose(source.Agent, AgentSecretStore.Variable, "TOKEN"));
    }

    private async Task<byte[]> Artifact()
    {
        await using var database = new Database(new DatabaseOptions { ConnectionString = _target, MinPoolSize = 0 });
        var (_, content) = await new OpenArtifact(
            database, new ArtifactFolder(Path.Combine(Data, "artifacts"))).Execute(source.Artifact, default);
        await using var opened = content;
        using var read = new MemoryStream();
        await opened.CopyToAsync(read);
        return read.ToArray();
    }

    private static async Task<List<T>> Query<T>(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString + ";Pooling=false");
        return (await connection.QueryAsync<T>(sql)).AsList();
    }

    private static async Task<string> Refusal(Func<Task> work) => (await Assert.ThrowsAsync<BackupException>(work)).Code;
}
