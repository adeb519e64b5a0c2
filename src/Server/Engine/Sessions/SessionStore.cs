using Dapper;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Principals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Sessions;

/// <summary>The only writer of <c>sessions</c>.</summary>
internal sealed partial class SessionStore(Database database)
{
    // Noting the use costs no round trip, and at most one write a minute.
    private const string UseSql = """
        with found as (
            select sessions.id, sessions.last_used_at, sessions.expires_at - now() as life,
                sessions.revoked_at is not null or sessions.expires_at <= now() as is_over,
                principals.id as principal_id, principals.kind, coalesce(owners.username, principals.name) as name
            from sessions
            join principals on principals.id = sessions.principal_id
            left join owners on owners.principal_id = principals.id
            where sessions.hash = @hash
        ), noted as (
            update sessions set last_used_at = now()
            from found
            where sessions.id = found.id and not found.is_over
                and (found.last_used_at is null or found.last_used_at < now() - interval '1 minute')
        )
        select id as Id, principal_id as PrincipalId, kind as Kind, name as Name, life as Life, is_over as IsOver from found
        """;

    private sealed record UsedRow(Guid Id, Guid PrincipalId, string Kind, string Name, TimeSpan Life, bool IsOver);

    /// <summary>The session with this hash, for how long it is valid, and whether it is over; null when there never was one.</summary>
    public Task<(AuthenticatedCaller Caller, TimeSpan Life, bool IsOver)?> Use(byte[] hash, CancellationToken cancellationToken) =>
        database.Read<(AuthenticatedCaller, TimeSpan, bool)?>(
            async (connection, token) =>
            {
                var row = await connection.QuerySingleOrDefaultAsync<UsedRow>(
                    new CommandDefinition(UseSql, new { hash }, cancellationToken: token));
                return row is null
                    ? null
                    : (
                        new AuthenticatedCaller(CredentialKind.Session, row.Id, row.PrincipalId, row.Kind, row.Name, Scopes.OfOwner),
                        row.Life,
                        row.IsOver);
            },
            cancellationToken);

    private const string InsertSql = """
        insert into sessions (id, principal_id, hash, label, address, expires_at)
        values (@id, @principalId, @hash, @label, @address, now() + @life)
        """;

    public static Task Insert(
        Transaction transaction,
        Guid id,
        Guid principalId,
        string secret,
        Caller caller,
        TimeSpan life,
        CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(
                InsertSql,
                new { id, principalId, hash = SecretText.Hash(secret), label = caller.UserAgent, address = caller.Address, life },
                cancellationToken: cancellationToken));

    private const string RevokeSql = """
        with known as (select id, revoked_at from sessions where id = @id for update), revoked as (
            update sessions set revoked_at = now()
            from known
            where sessions.id = known.id and known.revoked_at is null
        )
        select revoked_at is null from known
        """;

    /// <summary>Ends a session. Null when there is none with this id; false when it was revoked before.</summary>
    public static Task<bool?> Revoke(Transaction transaction, Guid id, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleOrDefaultAsync<bool?>(
            new CommandDefinition(RevokeSql, new { id }, cancellationToken: cancellationToken));

    private const string RevokeAllSql = """
        update sessions set revoked_at = now()
        where principal_id = @principalId and revoked_at is null and id is distinct from @except::uuid
        returning id
        """;

    /// <summary>Ends the sessions of a principal, all or all but one, and gives their ids.</summary>
    public static async Task<List<Guid>> RevokeAll(
        Transaction transaction, Guid principalId, Guid? except, CancellationToken cancellationToken) =>
        (
            await transaction.Connection.QueryAsync<Guid>(
                new CommandDefinition(RevokeAllSql, new { principalId, except }, cancellationToken: cancellationToken))).AsList();
}
