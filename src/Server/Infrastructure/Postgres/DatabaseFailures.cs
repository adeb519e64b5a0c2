using System.Net.Sockets;
using Koda.Protos.Common.V1;
using Koda.Server.Engine;
using Npgsql;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Tells driver errors apart, and says them in the engine's words, so that no SQLSTATE reaches a caller.</summary>
internal static class DatabaseFailures
{
    private const string Fatal = "FATAL";
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>The transaction was rolled back by the database for the sake of another one: the same work may succeed now.</summary>
    public static bool IsContention(Exception exception) =>
        exception is PostgresException { SqlState: PostgresErrorCodes.SerializationFailure or PostgresErrorCodes.DeadlockDetected };

    /// <summary>The connection is gone, or the database takes none.</summary>
    public static bool IsUnreachable(Exception exception) => exception switch
    {
        PostgresException failure => failure.SqlState switch
        {
            PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.CannotConnectNow
                or PostgresErrorCodes.TooManyConnections or PostgresErrorCodes.ReadOnlySqlTransaction => true,
            // Said of a statement it is our fault; said of a connection, the database is closed for a while.
            PostgresErrorCodes.ObjectNotInPrerequisiteState => failure.InvariantSeverity == Fatal,
            var state => state.StartsWith("08", StringComparison.Ordinal),
        },
        NpgsqlException => true,
        IOException or SocketException => true,
        _ => false,
    };

    /// <summary>A statement, or the wait for a connection of the pool, took too long.</summary>
    public static bool IsTimeout(Exception exception) => exception is NpgsqlException { InnerException: TimeoutException };

    public static bool IsDriverError(Exception exception) => exception is NpgsqlException or IOException or SocketException;

    public static EngineException Unreachable(Exception cause) =>
        new(ErrorReason.Unavailable, "The database cannot be reached.", retryAfter: RetryAfter, innerException: cause);

    /// <summary>The connection broke after the commit was sent. Trying again could do the work twice, so the caller must look first.</summary>
    public static EngineException UnknownOutcome(Exception cause) =>
        new(ErrorReason.Unavailable, "The connection to the database was lost while committing: the change may or may not be stored.",
            new Dictionary<string, string> { ["outcome"] = "unknown" }, RetryAfter, cause);

    public static EngineException Contention(Exception cause) =>
        new(ErrorReason.Unavailable, "Too many changes at once to the same records.", retryAfter: RetryAfter, innerException: cause);

    /// <summary>A statement that the database refused is a fault of ours; the cause is kept for the log alone.</summary>
    public static EngineException Refused(Exception cause) =>
        new(ErrorReason.Internal, "The database refused a statement.", innerException: cause);
}
