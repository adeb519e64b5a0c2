using Dapper;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Owners;

/// <summary>The only writer of <c>sign_in_failures</c>.</summary>
internal static class SignInFailureStore
{
    private const string LockedSql = """
        select locked_until - now() from sign_in_failures
        where subject = @subject and locked_until > now()
        """;

    /// <summary>For how long the subject is still locked; null when it is not.</summary>
    public static Task<TimeSpan?> Locked(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleOrDefaultAsync<TimeSpan?>(new CommandDefinition(LockedSql, new { subject }, cancellationToken: cancellationToken));

    private const string CountSql = """
        insert into sign_in_failures as known (subject, failures) values (@subject, 1)
        on conflict (subject) do update set
            failures = case when known.failures + 1 >= @most then 0 else known.failures + 1 end,
            locked_until = case when known.failures + 1 >= @most then now() + @life end,
            failed_at = now()
        returning locked_until is not null
        """;

    /// <summary>Counts a failure, and locks the subject at the last one that is allowed; the counter begins anew then.</summary>
    /// <returns>True when it is locked now.</returns>
    public static Task<bool> Count(Transaction transaction, byte[] subject, int most, TimeSpan life, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteScalarAsync<bool>(
            new CommandDefinition(CountSql, new { subject, most, life }, cancellationToken: cancellationToken));

    private const string ClearSql = "delete from sign_in_failures where subject = @subject or failed_at < now() - interval '1 day'";

    /// <summary>Forgets the failures of a subject, and old ones of all others.</summary>
    public static Task Clear(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(ClearSql, new { subject }, cancellationToken: cancellationToken));
}
