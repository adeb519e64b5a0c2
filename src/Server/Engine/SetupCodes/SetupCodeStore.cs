using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.SetupCodes;

/// <summary>The only writer of <c>setup_codes</c>.</summary>
internal static class SetupCodeStore
{
    public const string Code = "code";
    public const string Registration = "registration";

    private const string InsertSql = """
        insert into setup_codes (hash, kind, expires_at) values (@hash, @kind, now() + @life)
        returning expires_at
        """;

    /// <summary>Stores a code or a token, and gives when it ends.</summary>
    public static Task<DateTime> Insert(
        Transaction transaction, string kind, byte[] hash, TimeSpan life, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteScalarAsync<DateTime>(
            new CommandDefinition(InsertSql, new { kind, hash, life }, cancellationToken: cancellationToken));

    private const string IsOpenSql = """
        select exists (select from setup_codes where hash = @hash and kind = @kind and used_at is null and expires_at > now())
        """;

    /// <summary>Whether a code or a token could be used up now.</summary>
    public static Task<bool> IsOpen(NpgsqlConnection connection, string kind, byte[] hash, CancellationToken cancellationToken) =>
        connection.ExecuteScalarAsync<bool>(new CommandDefinition(IsOpenSql, new { kind, hash }, cancellationToken: cancellationToken));

    private const string RedeemSql = """
        update setup_codes set used_at = now()
        where hash = @hash and kind = @kind and used_at is null and expires_at > now()
        """;

    /// <summary>Uses a code or a token up. False when it is unknown, expired or used.</summary>
    public static async Task<bool> Redeem(Transaction transaction, string kind, byte[] hash, CancellationToken cancellationToken) =>
        await transaction.Connection.ExecuteAsync(
            new CommandDefinition(RedeemSql, new { kind, hash }, cancellationToken: cancellationToken)) > 0;

    private const string ClearSql = "delete from setup_codes";

    /// <summary>Ends them all: there is an owner now.</summary>
    public static Task Clear(Transaction transaction, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(ClearSql, cancellationToken: cancellationToken));
}
