using Dapper;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Owners;

/// <summary>What was counted of one subject.</summary>
/// <param name="Failures">The failures since the last lock.</param>
/// <param name="Left">For how long it has to wait still; below zero: it has waited. Null: it never had to.</param>
/// <param name="Age">The time since the last failure.</param>
internal sealed record Tries(double Failures, TimeSpan? Left, TimeSpan Age);

/// <summary>
/// The only writer of <c>sign_in_failures</c>. A row lives for some hours, so the table is never larger than what was tried in them.
/// </summary>
internal static class SignInFailureStore
{
    // The advisory lock is given in the order in which it was asked for. Of those who wait for a row, any is next: in a crowd some would
    // wait too long.
    private const string LockSql = """
        insert into sign_in_failures as known (subject, failures)
        select @subject, 0 from (select pg_advisory_xact_lock(hashtextextended(encode(@subject, 'hex'), 0))) as turn
        on conflict (subject) do update set subject = known.subject
        returning failures, locked_until - clock_timestamp() as left, clock_timestamp() - failed_at as age
        """;

    /// <summary>What is known of a subject, of which nothing else is counted before the transaction ends.</summary>
    public static Task<Tries> Lock(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        transaction.Connection.QuerySingleAsync<Tries>(
            new CommandDefinition(LockSql, new { subject }, cancellationToken: cancellationToken));

    private const string LeftSql =
        "select locked_until - clock_timestamp() from sign_in_failures where subject = @subject and locked_until > clock_timestamp()";

    /// <summary>For how long a subject has to wait still; null: it need not.</summary>
    public static Task<TimeSpan?> Left(NpgsqlConnection connection, byte[] subject, CancellationToken cancellationToken) =>
        connection.QuerySingleOrDefaultAsync<TimeSpan?>(
            new CommandDefinition(LeftSql, new { subject }, cancellationToken: cancellationToken));

    private const string SetSql = """
        update sign_in_failures set failures = @failures, locked_until = clock_timestamp() + @wait, failed_at = clock_timestamp()
        where subject = @subject
        """;

    /// <summary>Keeps what is known of a locked subject, and for how long it has to wait.</summary>
    public static Task Set(Transaction transaction, byte[] subject, double failures, TimeSpan? wait, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(
            new CommandDefinition(SetSql, new { subject, failures, wait }, cancellationToken: cancellationToken));

    private const string TakeBackSql = "update sign_in_failures set failures = greatest(failures - 1, 0) where subject = @subject";

    /// <summary>Takes back one failure: the try was none.</summary>
    public static Task TakeBack(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(TakeBackSql, new { subject }, cancellationToken: cancellationToken));

    private const string AdmitSql = """
        insert into sign_in_failures (subject, failures, locked_until) values (@subject, 0, now())
        on conflict (subject) do update set failures = 0, locked_until = now(), failed_at = now()
        """;

    /// <summary>Lets the next try of a subject be judged at once, as after a wait.</summary>
    public static Task Admit(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(AdmitSql, new { subject }, cancellationToken: cancellationToken));

    private const string ClearSql = "delete from sign_in_failures where subject = @subject";

    /// <summary>Forgets a subject.</summary>
    public static Task Clear(Transaction transaction, byte[] subject, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(ClearSql, new { subject }, cancellationToken: cancellationToken));

    private const string SweepSql = """
        delete from sign_in_failures where subject in (
            select subject from sign_in_failures where failed_at < now() - @life limit @most for update skip locked
        )
        """;

    /// <summary>Forgets some subjects of which nothing was heard for a time.</summary>
    public static Task Sweep(Transaction transaction, TimeSpan life, int most, CancellationToken cancellationToken) =>
        transaction.Connection.ExecuteAsync(new CommandDefinition(SweepSql, new { life, most }, cancellationToken: cancellationToken));
}
