using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>The only writer of <c>recovery_codes</c>.</summary>
internal static class RecoveryCodeStore
{
    private const string ReplaceSql = """
        with old as (delete from recovery_codes where principal_id = @principalId)
        insert into recovery_codes (principal_id, hash, salt)
        select @principalId, hash, @salt from unnest(@hashes) as code (hash)
        """;

    /// <summary>Gives the owner a new set of codes; what is left of the old one ends.</summary>
    public static Task Replace(
        Transaction transaction, Guid principalId, byte[] salt, IReadOnlyList<byte[]> hashes, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(ReplaceSql, new { principalId, salt, hashes = hashes.ToArray() }, cancellationToken: cancellationToken));

    private const string SaltSql = "select salt from recovery_codes where principal_id = @principalId limit 1";

    /// <summary>The salt of the codes that are left; null when none is.</summary>
    public static Task<byte[]?> Salt(Database database, Guid principalId, CancellationToken cancellationToken) =>
        database.Read(
            (connection, token) =>
                connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(SaltSql, new { principalId }, cancellationToken: token)),
            cancellationToken);

    private const string RedeemSql = """
        delete from recovery_codes
        where principal_id = @principalId and exists (select from recovery_codes where principal_id = @principalId and hash = @hash)
        """;

    /// <summary>Uses a code up, and ends all the others. False when it is not one of them.</summary>
    public static async Task<bool> Redeem(Transaction transaction, Guid principalId, byte[] hash, CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition(RedeemSql, new { principalId, hash }, cancellationToken: cancellationToken)) > 0;

    private const string CountSql = "select count(*)::int as Remaining, max(created_at) as CreatedAt from recovery_codes";

    public static Task<RecoveryCodesLeft> Count(Database database, CancellationToken cancellationToken) => database.Read(
        (connection, token) => connection.QuerySingleAsync<RecoveryCodesLeft>(new CommandDefinition(CountSql, cancellationToken: token)),
        cancellationToken);
}
