using Google.Protobuf;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Idempotency;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;
using Koda.Testing;
using Xunit;

namespace Koda.Server.Tests.Engine.Secrets;

public sealed class RotateMasterKeyTests(PostgresFixture postgres) : IClassFixture<PostgresFixture>, IAsyncLifetime
{
    private static readonly SealedColumn[] s_columns = [ProviderStore.Keys, IdempotencyStore.Answers];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("koda-rotation-");
    private EngineServer _engine = null!;
    private KeyRing _ring = null!;

    private SecretBox Box => new(_ring);

    public async Task InitializeAsync()
    {
        _engine = await EngineServer.Start(postgres, dispatching: false);
        await _engine.Execute("delete from idempotency_keys; update providers set sealed_key = null");
        _ring = await KeyRing.Load(_folder.FullName, default);
    }

    public async Task DisposeAsync()
    {
        await _engine.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Every_secret_opens_after_a_rotation_and_nothing_is_left_with_the_old_key()
    {
        await Save("one", "sk-one-secret");
        await Save("two", "sk-two-secret");
        var answer = await CreateOnce();
        var before = _ring.Current;

        var rotated = await Rotate();

        Assert.Equal((before.Name, _ring.Current.Name, 3), (rotated.PreviousKeyId, rotated.KeyId, rotated.Rewrapped));
        Assert.NotEqual(before.Name, rotated.KeyId);
        var alone = KeyRing.Of(_ring.Current);
        Assert.Equal("sk-one-secret", (await Open(alone, "one")).ApiKey);
        Assert.Equal("sk-two-secret", (await Open(alone, "two")).ApiKey);
        Assert.Equal(answer, await CreateOnce());
        Assert.Equal(3, (await new GetMasterKey(_engine.Database, alone, s_columns).Execute(default)).Secrets);
    }

    [Fact]
    public async Task A_server_that_still_seals_with_the_old_key_loses_nothing()
    {
        var slow = KeyRing.Of(_ring.Current);
        await Rotate();

        await Save("late", "sk-late-secret", slow);
        await Rotate();

        Assert.Equal("sk-late-secret", (await Open(KeyRing.Of(_ring.Current), "late")).ApiKey);
    }

    [Fact]
    public async Task A_rotation_that_was_killed_after_its_key_was_written_is_finished_by_the_next()
    {
        await Save("half", "sk-half-secret");
        await _ring.Replace([MasterKey.New(), .. _ring.Keys], default);

        await Rotate();

        Assert.Equal("sk-half-secret", (await Open(KeyRing.Of(_ring.Current), "half")).ApiKey);
    }

    [Fact]
    public async Task Keys_of_the_environment_are_not_replaced_but_everything_moves_to_the_first()
    {
        await Save("given", "sk-given-secret");
        var old = _ring.Current;
        _ring = KeyRing.Of(MasterKey.New(), old);

        var rotated = await Rotate();
        var refusal = await Assert.ThrowsAsync<EngineException>(Rotate);

        Assert.Equal((1, old.Name), (rotated.Rewrapped, rotated.PreviousKeyId));
        Assert.Equal("sk-given-secret", (await Open(KeyRing.Of(_ring.Current), "given")).ApiKey);
        Assert.Equal(ErrorReason.SecretsKeyGiven, refusal.Reason);
    }

    [Fact]
    public async Task A_secret_under_a_lost_key_is_counted_and_left_alone()
    {
        await Save("lost", "sk-lost-secret", KeyRing.Of(MasterKey.New()));

        var rotated = await Rotate();

        Assert.Equal(0, rotated.Rewrapped);
        Assert.Equal(1, (await new GetMasterKey(_engine.Database, _ring, s_columns).Execute(default)).Unreadable);
    }

    [Fact]
    public async Task A_rotation_is_recorded()
    {
        var rotated = await Rotate();

        var recorded = (await new ReadEvents(_engine.Database).Execute(AuditLog.Stream, 0, 1000, default))[^1];
        Assert.Equal(("security.secrets.master_key_rotated", "system"), (recorded.Kind, recorded.Actor));
        Assert.Contains($"key:{rotated.KeyId}", recorded.Payload, StringComparison.Ordinal);
    }

    private Task<RotatedKey> Rotate() => new RotateMasterKey(
        _engine.Database, _ring, Box, s_columns, _engine.Get<AuditLog>(), _engine.Get<Broadcast>()).Execute(Caller.System, default);

    private Task Save(string id, string key, KeyRing? ring = null) => _engine.Database.InTransaction(
        (transaction, token) => new SaveProvider(new SecretBox(ring ?? _ring), new KnownSecrets())
            .Execute(transaction, id, new ProviderAccess("openai", "", key), "{}", token),
        default);

    private Task<ProviderAccess> Open(KeyRing ring, string id) =>
        new OpenProvider(new ProviderStore(_engine.Database), new SecretBox(ring), new KnownSecrets()).Access(id, default);

    private async Task<string> CreateOnce()
    {
        var key = new IdempotencyKey("owner", "tests/Create", "key-1", [1, 2, 3]);
        var answer = await new RunOnce(_engine.Database, Box).Execute(
            key,
            made => ByteString.CopyFromUtf8(made).ToByteArray(),
            (_, _) => Task.FromResult(Guid.NewGuid().ToString()),
            default);
        return answer.Result ?? ByteString.CopyFrom(answer.Replayed).ToStringUtf8();
    }
}
