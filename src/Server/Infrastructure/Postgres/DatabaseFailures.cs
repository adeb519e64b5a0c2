using System.Net.Sockets;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Tells driver errors apart, and says them in the engine's words, so that no SQLSTATE reaches a caller.</summary>
internal static class DatabaseFailures
{
    private const string Fatal = "FATAL";
    private const string Error = "ERROR";
    private static readonly TimeSpan s_retryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The transaction was rolled back by the database for the sake of another one: the same work may succeed now.</summary>
    public static bool IsContention(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>What is the matter with the database; null when the statement is to blame.</summary>
    public static DatabaseTrouble? TroubleOf(Exception exception) =>
        exception switch
        {
            PostgresException failure => TroubleOf(failure),
            // The driver says so of the wait for a free connection alone; a connection that is not made in time names itself differently.
            NpgsqlException { InnerException: TimeoutException } waited when waited.Message.Contains("pool", StringComparison.Ordinal) =>
                DatabaseTrouble.Busy,
            NpgsqlException or IOException or SocketException or TimeoutException => DatabaseTrouble.Unreachable,
            _ => null,
        };

    /// <summary>
    /// Whether the same work may succeed at once over another connection: the one that it had is gone, or leads to a database that closes
    /// or takes no changes.
    /// </summary>
    public static bool MayTryAnother(Exception exception, DatabaseTrouble trouble) =>
        trouble switch
        {
            // It has waited long enough, and others wait for the connections that it would take.
            _ when exception is NpgsqlException { InnerException: TimeoutException } => false,
            DatabaseTrouble.Unreachable or DatabaseTrouble.ShuttingDown or DatabaseTrouble.TooManyConnections or DatabaseTrouble.ReadOnly =>
                true,
            _ => false,
        };

    /// <summary>
    /// Whether the database itself says that it did not commit. One that ends meanwhile, and a connection that breaks, say nothing of that.
    /// </summary>
    public static bool IsRolledBack(Exception exception) => exception is PostgresException { InvariantSeverity: Error };

    public static bool IsDriverError(Exception exception) => exception is NpgsqlException or IOException or SocketException;

    public static EngineException Contention(Exception cause) =>
        new(ErrorReason.Unavailable, "Too many changes at once to the same records.", retryAfter: s_retryAfter, innerException: cause);

    /// <summary>A statement that the database refused is a fault of ours; the cause is kept for the log alone.</summary>
    public static EngineException Refused(Exception cause) =>
        new(ErrorReason.Internal, "The database refused a statement.", innerException: cause);

    // By whole classes: PostgreSQL adds codes, and an operator's extension may have its own.
    private static DatabaseTrouble? TroubleOf(PostgresException failure) => failure.SqlState switch
    {
        PostgresErrorCodes.DiskFull => DatabaseTrouble.DiskFull,
        PostgresErrorCodes.TooManyConnections => DatabaseTrouble.TooManyConnections,
        PostgresErrorCodes.ReadOnlySqlTransaction => DatabaseTrouble.ReadOnly,
        // Told by a limit of time, ours or the operator's. Npgsql says a cancellation of ours otherwise.
        PostgresErrorCodes.QueryCanceled or PostgresErrorCodes.LockNotAvailable => DatabaseTrouble.Slow,
        // A transaction that was idle for too long: its connection is closed.
        "25P03" or "25P04" => DatabaseTrouble.Unreachable,
        // Said of a statement it is our fault; said of a connection, the database is closed for a while.
        PostgresErrorCodes.ObjectNotInPrerequisiteState => failure.InvariantSeverity == Fatal ? DatabaseTrouble.Unreachable : null,
        var state => state[..2] switch
        {
            "08" => DatabaseTrouble.Unreachable,
            "53" => DatabaseTrouble.OutOfResources,
            "57" => DatabaseTrouble.ShuttingDown,
            "58" => DatabaseTrouble.SystemError,
            // Said of a connection, such as of one that cannot write a file of its own on a full disk, no statement is to blame.
            "XX" when failure.InvariantSeverity == Fatal => DatabaseTrouble.SystemError,
            _ => null,
        },
    };
}
