using Dapper;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>The only writer of <c>tokens</c>.</summary>
internal sealed partial class TokenStore(Database database)
{
    // One statement, so that noting the use costs no round trip; at most once a minute, so that it costs no write a call.
    private const string UseSql = """
        with found as (
            select tokens.id, tokens.name as token_name, tokens.scopes, tokens.last_used_at, tokens.expires_at - now() as life,
                principals.id as principal_id, principals.kind, coalesce(owners.username, principals.name) as name
            from tokens
            join principals on principals.id = tokens.principal_id
            left join owners on owners.principal_id = principals.id
            where tokens.hash = @hash and tokens.revoked_at is null and (tokens.expires_at is null or tokens.expires_at > now())
        ), noted as (
            update tokens set last_used_at = now()
            from found
            where tokens.id = found.id and (found.last_used_at is null or found.last_used_at < now() - interval '1 minute')
        )
        select id as TokenId, principal_id as PrincipalId, kind as Kind, name as Name, token_name as TokenName, scopes as Scopes, life as Life from found
        """;

    // Properties, because the driver announces the column of scopes as an untyped array, which no constructor would match.
    private sealed record UsedRow
    {
        public Guid TokenId { get; init; }

        public Guid PrincipalId { get; init; }

        public string TokenName { get; init; } = "";

        public string Kind { get; init; } = "";

        public string Name { get; init; } = "";

        public string[] Scopes { get; init; } = [];

        public TimeSpan? Life { get; init; }
    }

    /// <summary>The valid token with this hash, or null; and for how long it is valid.</summary>
    public Task<(AuthenticatedCaller Caller, TimeSpan? Life)?> Use(byte[] hash, CancellationToken cancellationToken) =>
        database.Read<(AuthenticatedCaller, TimeSpan?)?>(
            async (connection, token) =>
            {
                var row = await connection.QuerySingleOrDefaultAsync<UsedRow>(
                    new CommandDefinition(UseSql, new { hash }, cancellationToken: token));
                return row is null
                    ? null
                    : (
                        new AuthenticatedCaller(
                            CredentialKind.Token, row.TokenId, row.PrincipalId, row.Kind, row.Name, Scopes.Expand(row.Scopes))
                        {
                            TokenName = row.TokenName,
                        },
                        row.Life);
            },
            cancellationToken);

    private const string InsertSql = """
        insert into tokens (id, principal_id, hash, scopes, name, prefix, expires_at)
        values (@id, @principalId, @hash, @scopes, @name, @prefix, now() + @life)
        returning id as Id, name as Name, prefix as Prefix, scopes as Scopes, created_at as CreatedAt, last_used_at as LastUsedAt,
            expires_at as ExpiresAt, revoked_at as RevokedAt
        """;

    /// <summary>Stores a token. Without a lifetime it does not expire.</summary>
    public static Task<TokenRecord> Insert(
        Transaction transaction, Guid principalId, string name, string token, IReadOnlyList<string> scopes, TimeSpan? life,
        CancellationToken cancellationToken) => transaction.Connection.QuerySingleAsync<TokenRecord>(new CommandDefinition(
        InsertSql,
        new
        {
            id = Guid.CreateVersion7(),
            principalId,
            hash = SecretText.Hash(token),
            scopes = scopes.ToArray(),
            name,
            prefix = token[..PrefixLength],
            life,
        },
        cancellationToken: cancellationToken));

    private const int PrefixLength = 16;

    private const string RevokeSql = """
        with known as (select id, name, revoked_at from tokens where id = @id for update), revoked as (
            update tokens set revoked_at = now()
            from known
            where tokens.id = known.id and known.revoked_at is null
        )
        select name as Name, revoked_at is null as WasValid from known
        """;

    internal sealed record Revocation(string Name, bool WasValid);

    /// <summary>Ends a token. Null when there is none with this id.</summary>
    public static Task<Revocation?> Revoke(Transaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleOrDefaultAsync<Revocation>(
            new CommandDefinition(RevokeSql, new { id }, cancellationToken: cancellationToken));
}
