using System.Security.Cryptography;
using Koda.Server.Engine.Agents;
using Koda.Server.Engine.Artifacts;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Secrets;
using Koda.Server.Hosting.Backups;
using Koda.Server.Tests.Engine;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Hosting.Backups;

/// <summary>A server that has something to back up: a task, a secret, an artifact in a file, a skill.</summary>
public sealed class SourceServer : IAsyncLifetime
{
    public const string Key = "0000000000000000000000000000000000000000000000000000000000000000";
    public const string Secret = "the-secret";
    public const string Passphrase = "a passphrase of some length";

    private readonly PostgresFixture _postgres = new();
    private EngineServer _server = null!;

    public string Data { get; } = Directory.CreateTempSubdirectory("koda-source-").FullName;

    public string ConnectionString => _postgres.ConnectionString;

    public string Agent => _server.Agent;

    public byte[] Content { get; } = RandomNumberGenerator.GetBytes(200_000);

    public Guid Artifact { get; private set; }

    /// <summary>A backup of all this.</summary>
    public string Archive => Path.Combine(Data, "koda.tar");

    internal BackupManifest Manifest { get; private set; } = null!;

    public async Task InitializeAsync()
    {
        await _postgres.InitializeAsync();
        Directory.CreateDirectory(Path.Combine(Data, "skills"));
        await File.WriteAllTextAsync(Path.Combine(Data, "skills", "one.md"), "A skill.");
        await File.WriteAllTextAsync(Path.Combine(Data, "skills", "notes.txt"), "No skill.");
        await File.WriteAllTextAsync(Path.Combine(Data, "master.key"), Key);
        _server = await EngineServer.Start(_postgres, dispatching: false);
        await _server.Get<CheckMasterKey>().AtStart(default);
        await _server.Publish();
        await _server.Get<AgentSecrets>().Write(Caller.System, Agent, "TOKEN", Secret, default);
        await _server.Submit();
        var store = new StoreArtifact(_server.Database, new ArtifactFolder(Path.Combine(Data, "artifacts")));
        Artifact = (await store.Execute(new NewArtifact(Guid.CreateVersion7(), 1, "log", "text/plain"), Chunks(), default)).Id;
        var options = new BackupOptions { File = Archive, DataDirectory = Data, DatabaseUrl = ConnectionString, Passphrase = Passphrase };
        Manifest = await new WriteBackup(options).Execute(default);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        await _postgres.DisposeAsync();
        Directory.Delete(Data, recursive: true);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> Chunks()
    {
        await Task.CompletedTask;
        yield return Content;
    }
}
