using Dapper;

namespace Koda.Server.Engine.Principals;

internal sealed partial class TokenStore
{
    private const string ListSql = """
        select id as Id, name as Name, prefix as Prefix, scopes as Scopes, created_at as CreatedAt, last_used_at as LastUsedAt,
            expires_at as ExpiresAt, revoked_at as RevokedAt
        from tokens
        where @before::uuid is null or id < @before
        order by id desc
        limit @limit
        """;

    public Task<List<TokenRecord>> List(Guid? before, int limit, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
                (
                    await connection.QueryAsync<TokenRecord>(
                        new CommandDefinition(ListSql, new { before, limit }, cancellationToken: token))).AsList(),
            cancellationToken);
}
