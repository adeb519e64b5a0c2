using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>The only writer of <c>principals</c> and <c>tokens</c>.</summary>
internal sealed class TokenStore(Database database)
{
    private const string FindSql = """
        select tokens.id as TokenId, principals.id as PrincipalId, principals.kind as Kind, principals.name as Name,
            tokens.scopes as Scopes, tokens.expires_at as ExpiresAt
        from tokens
        join principals on principals.id = tokens.principal_id
        where tokens.hash = @hash and tokens.revoked_at is null and (tokens.expires_at is null or tokens.expires_at > now())
        """;

    // Properties, because the driver announces the column of scopes as an untyped array, which no constructor would match.
    private sealed record Row
    {
        public Guid TokenId { get; init; }

        public Guid PrincipalId { get; init; }

        public string Kind { get; init; } = "";

        public string Name { get; init; } = "";

        public string[] Scopes { get; init; } = [];

        public DateTime? ExpiresAt { get; init; }
    }

    /// <summary>The valid token with this hash, or null.</summary>
    public Task<AuthenticatedToken?> Find(byte[] hash, CancellationToken cancellationToken) => database.Read(
        async (connection, token) =>
        {
            var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(FindSql, new { hash }, cancellationToken: token));
            return row is null
                ? null
                : new AuthenticatedToken(row.TokenId, row.PrincipalId, row.Kind, row.Name, row.Scopes.ToHashSet(), row.ExpiresAt);
        },
        cancellationToken);

    private const string InsertSql = """
        with principal as (
            insert into principals (id, kind, name) values (@principalId, @kind, @name)
            on conflict (kind, name) where kind in ('operator', 'worker') do update set name = excluded.name
            returning id
        )
        insert into tokens (id, principal_id, hash, scopes, expires_at)
        select @tokenId, id, @hash, @scopes, now() + @lifetime
        from principal
        """;

    /// <summary>Stores a token, and its principal unless that one exists. No lifetime means that it does not expire.</summary>
    public Task Insert(string kind, string name, byte[] hash, IReadOnlyList<string> scopes, TimeSpan? lifetime, CancellationToken cancellationToken) =>
        database.InTransaction(
            (transaction, token) => transaction.Connection.ExecuteAsync(new CommandDefinition(
                InsertSql,
                new
                {
                    principalId = Guid.CreateVersion7(),
                    kind,
                    name,
                    tokenId = Guid.CreateVersion7(),
                    hash,
                    scopes = scopes.ToArray(),
                    lifetime,
                },
                cancellationToken: token)),
            cancellationToken);
}
