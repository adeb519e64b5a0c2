using Dapper;

namespace Koda.Server.Engine.Sessions;

internal sealed partial class SessionStore
{
    private const string ListSql = """
        select id as Id, label as Label, address as Address, created_at as CreatedAt, last_used_at as LastUsedAt, expires_at as ExpiresAt,
            revoked_at as RevokedAt
        from sessions
        where @before::uuid is null or id < @before
        order by id desc
        limit @limit
        """;

    public Task<List<SessionRecord>> List(Guid? before, int limit, CancellationToken cancellationToken) =>
        database.Read(
            async (connection, token) =>
                (
                    await connection.QueryAsync<SessionRecord>(
                        new CommandDefinition(ListSql, new { before, limit }, cancellationToken: token))).AsList(),
            cancellationToken);
}
