using Dapper;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Koda.Server.Engine.Providers;
using Koda.Server.Engine.Secrets;
using Koda.Testing;
using Npgsql;
using Xunit;

namespace Koda.Server.Tests.Engine.Providers;

public sealed class ProviderTests : IClassFixture<PostgresFixture>
{
    private const string Key = "sk-ant-0123456789";
    private readonly PostgresFixture _postgres;
    private readonly SaveProvider _save;
    private readonly OpenProvider _open;

    public ProviderTests(PostgresFixture postgres)
    {
        _postgres = postgres;
        var box = new SecretBox(KeyRing.Of(MasterKey.Parse(new string('0', 64), "test")));
        _save = new SaveProvider(box, new KnownSecrets());
        _open = new OpenProvider(new ProviderStore(postgres.Database), box, new KnownSecrets());
    }

    [Fact]
    public async Task A_key_is_stored_sealed_and_opens_for_access()
    {
        await Save("first", new ProviderAccess("anthropic", "https://models.example", Key));

        Assert.Equal(Key, (await _open.Access("first", default)).ApiKey);
        await using var connection = await NpgsqlDataSource.Create(_postgres.ConnectionString).OpenConnectionAsync();
        await using var dump = new NpgsqlCommand(
            "select encode(sealed_key, 'escape') || options || base_url from providers where id = 'first'", connection);
        Assert.DoesNotContain(Key, (string)(await dump.ExecuteScalarAsync())!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_empty_key_keeps_the_stored_one()
    {
        await Save("second", new ProviderAccess("openai", "", Key));
        await Save("second", new ProviderAccess("openai", "http://127.0.0.1:1/v1", ""));

        Assert.Equal(new ProviderAccess("openai", "http://127.0.0.1:1/v1", Key), await _open.Access("second", default));
    }

    [Fact]
    public async Task An_unknown_connection_is_refused()
    {
        var refusal = await Assert.ThrowsAsync<EngineException>(() => _open.Access("nowhere", default));
        Assert.Equal(ErrorReason.ProviderNotFound, refusal.Reason);
    }

    [Fact]
    public async Task The_default_is_the_first_real_provider_and_offline_without_any()
    {
        await _postgres.Database.Read((connection, _) => connection.ExecuteAsync("delete from providers"), default);
        var import = new ImportProviders(_postgres.Database, _open, _save);
        await import.Execute(_ => null, default);
        Assert.Equal("offline", (await OpenProvider.Default(_postgres.Database, default)).Id);

        await import.Execute(name => name == "OLLAMA_HOST" ? "127.0.0.1:11434" : null, default);
        var imported = await OpenProvider.Default(_postgres.Database, default);
        Assert.Equal(("ollama", "http://127.0.0.1:11434"), (imported.Kind, imported.BaseUrl));
    }

    private Task Save(string id, ProviderAccess access) =>
        _postgres.Database.InTransaction((transaction, token) => _save.Execute(transaction, id, access, "{}", token), default);
}
