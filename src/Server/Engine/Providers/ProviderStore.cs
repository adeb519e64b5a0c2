using Dapper;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>The only writer of <c>providers</c>.</summary>
internal sealed class ProviderStore(Database database)
{
    /// <summary>The sealed API keys.</summary>
    public static readonly SealedColumn Keys = new("providers", "sealed_key");

    /// <summary>A stored connection with its key still sealed.</summary>
    internal sealed record Row(string Id, string Kind, string BaseUrl, byte[]? SealedKey, string Options);

    private const string SaveSql = """
        insert into providers (id, kind, base_url, sealed_key, options) values (@Id, @Kind, @BaseUrl, @SealedKey, @Options)
        on conflict (id) do update set
            kind = excluded.kind,
            base_url = excluded.base_url,
            -- No key given means: keep the one that is there.
            sealed_key = coalesce(excluded.sealed_key, providers.sealed_key),
            options = excluded.options,
            updated_at = now()
        """;

    public static Task Save(Transaction transaction, Row row, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(SaveSql, row, cancellationToken: cancellationToken));

    private const string RemoveSql = "delete from providers where id = @id";

    public static Task Remove(Transaction transaction, string id, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(RemoveSql, new { id }, cancellationToken: cancellationToken));

    private const string FindSql = """
        select id as Id, kind as Kind, base_url as BaseUrl, sealed_key as SealedKey, options as Options from providers where id = @id
        """;

    public Task<Row?> Find(string id, CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.QuerySingleOrDefaultAsync<Row?>(new CommandDefinition(FindSql, new { id }, cancellationToken: token)),
        cancellationToken);

    private const string ListSql = """
        select id as Id, kind as Kind, base_url as BaseUrl, sealed_key as SealedKey, options as Options from providers order by id
        """;

    public Task<IReadOnlyList<Row>> List(CancellationToken cancellationToken) => database.Read<IReadOnlyList<Row>>(
        async (connection, token) => [.. await connection.QueryAsync<Row>(new CommandDefinition(ListSql, cancellationToken: token))],
        cancellationToken);
}
