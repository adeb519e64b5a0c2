using System.Security.Cryptography;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Artifacts;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Artifacts;

public sealed class ArtifactTests : IClassFixture<PostgresFixture>, IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("koda-artifacts-").FullName;
    private readonly Guid _run = Guid.CreateVersion7();
    private readonly StoreArtifact _store;
    private readonly OpenArtifact _open;
    private readonly ListArtifacts _list;

    public ArtifactTests(PostgresFixture postgres)
    {
        var folder = new ArtifactFolder(_folder);
        _store = new StoreArtifact(postgres.Database, folder);
        _open = new OpenArtifact(postgres.Database, folder);
        _list = new ListArtifacts(postgres.Database);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(0, 0)]
    [InlineData(65536, 0)]
    [InlineData(65537, 1)]
    [InlineData(3_000_000, 1)]
    public async Task Content_is_read_as_it_was_stored_small_in_the_database_large_in_a_file(int size, int files)
    {
        var content = RandomNumberGenerator.GetBytes(size);

        var stored = await Store(content, Convert.ToHexStringLower(SHA256.HashData(content)));

        Assert.Equal(
            (size, _run, 3, "report.md", "text/markdown"), (stored.Size, stored.RunId, stored.Attempt, stored.Name, stored.MediaType));
        Assert.Equal(content, await Read(stored.Id));
        Assert.Equal(files, Files().Length);
        Assert.Equal(stored, Assert.Single(await _list.Execute(_run, default)));
    }

    [Fact]
    public async Task The_same_content_is_stored_once_for_any_number_of_artifacts()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);

        var stored = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Store(content)));

        Assert.Equal(5, stored.DistinctBy(artifact => artifact.Id).Count());
        Assert.Single(stored.DistinctBy(artifact => artifact.Sha256));
        Assert.Single(Files());
        Assert.Equal(content, await Read(stored[4].Id));
    }

    [Fact]
    public async Task Content_that_is_not_what_was_announced_is_refused_and_leaves_nothing()
    {
        var failure = await Assert.ThrowsAsync<EngineException>(() => Store(new byte[70_000], new string('0', 64)));

        Assert.Equal(ErrorReason.ArtifactDigestMismatch, failure.Reason);
        Assert.Empty(Files());
        Assert.Empty(await _list.Execute(_run, default));
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        await Assert.ThrowsAsync<IOException>(() => _store.Execute(New(), BreakOff(), default));

        Assert.Empty(Files());
        Assert.Empty(await _list.Execute(_run, default));

        static async IAsyncEnumerable<ReadOnlyMemory<byte>> BreakOff()
        {
            yield return new byte[100_000];
            await Task.Yield();
            throw new IOException("cut");
        }
    }

    [Fact]
    public async Task Damage_on_disk_is_noticed_by_the_reader()
    {
        var content = RandomNumberGenerator.GetBytes(100_000);
        var stored = await Store(content);
        await using (var file = new FileStream(Assert.Single(Files()), FileMode.Open))
            file.WriteByte((byte)~content[0]);

        await Assert.ThrowsAsync<InvalidDataException>(() => Read(stored.Id));
    }

    [Theory]
    [InlineData("", "text/plain", "name")]
    [InlineData("a\0b", "text/plain", "name")]
    [InlineData("a", "text/\0", "media_type")]
    public async Task A_name_that_cannot_be_stored_is_refused(string name, string mediaType, string field)
    {
        var failure = await Assert.ThrowsAsync<EngineException>(
            () => _store.Execute(New() with { Name = name, MediaType = mediaType }, InChunks([1]), default));
        Assert.Equal((ErrorReason.InvalidRequest, field), (failure.Reason, Assert.Single(failure.Details).Key));
    }

    [Fact]
    public async Task An_unknown_artifact_is_not_found()
    {
        var failure = await Assert.ThrowsAsync<EngineException>(() => _open.Execute(Guid.CreateVersion7(), default));
        Assert.Equal(ErrorReason.ArtifactNotFound, failure.Reason);
    }

    private NewArtifact New(string? sha256 = null) => new(_run, 3, "report.md", "text/markdown", sha256);

    private Task<ArtifactRecord> Store(byte[] content, string? sha256 = null) => _store.Execute(New(sha256), InChunks(content), default);

    private static async IAsyncEnumerable<ReadOnlyMemory<byte>> InChunks(byte[] content)
    {
        for (var at = 0; at < content.Length; at += 10_000)
        {
            yield return content.AsMemory(at, Math.Min(10_000, content.Length - at));
            await Task.Yield();
        }
    }

    private async Task<byte[]> Read(Guid id)
    {
        var (_, content) = await _open.Execute(id, default);
        await using (content)
        {
            using var copy = new MemoryStream();
            await content.CopyToAsync(copy);
            return copy.ToArray();
        }
    }

    private string[] Files() => Directory.GetFiles(_folder, "*", SearchOption.AllDirectories);
}
