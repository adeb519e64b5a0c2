using Koda.Protos.Common.V1;
using Koda.Server.Engine;

namespace Koda.Server.Infrastructure.Postgres;

/// <summary>How troubles of the database are told: by a code that programs may rely on, and in words.</summary>
internal static class DatabaseTroubles
{
    private const string Detail = "database";
    private static readonly TimeSpan s_soon = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_later = TimeSpan.FromSeconds(5);

    /// <summary>The reason that readiness gives.</summary>
    public static string Code(this DatabaseTrouble trouble) => trouble switch
    {
        DatabaseTrouble.Unreachable => "database_unreachable",
        DatabaseTrouble.ShuttingDown => "database_shutting_down",
        DatabaseTrouble.TooManyConnections => "database_too_many_connections",
        DatabaseTrouble.DiskFull => "database_disk_full",
        DatabaseTrouble.OutOfResources => "database_out_of_resources",
        DatabaseTrouble.ReadOnly => "database_read_only",
        DatabaseTrouble.SystemError => "database_system_error",
        DatabaseTrouble.Slow => "database_slow",
        _ => "database_busy",
    };

    public static string Message(this DatabaseTrouble trouble) => trouble switch
    {
        DatabaseTrouble.Unreachable => "The database cannot be reached.",
        DatabaseTrouble.ShuttingDown => "The database is starting or shutting down.",
        DatabaseTrouble.TooManyConnections => "The database takes no more connections.",
        DatabaseTrouble.DiskFull => "The database's disk is full.",
        DatabaseTrouble.OutOfResources => "The database is out of memory or of another resource.",
        DatabaseTrouble.ReadOnly => "The database takes no changes: it is read-only.",
        DatabaseTrouble.SystemError => "The database's machine reports a failure.",
        DatabaseTrouble.Slow => "The database took too long.",
        _ => "All connections to the database are in use.",
    };

    /// <summary>Whether it concerns every call, and not the one that met it.</summary>
    public static bool ConcernsAll(this DatabaseTrouble trouble) => trouble is not (DatabaseTrouble.Slow or DatabaseTrouble.Busy);

    public static EngineException ToException(this DatabaseTrouble trouble, Exception? cause) => new(
        ErrorReason.Unavailable, trouble.Message(), new Dictionary<string, string> { [Detail] = trouble.Code() },
        trouble is DatabaseTrouble.DiskFull or DatabaseTrouble.ReadOnly ? s_later : s_soon, cause);

    /// <summary>
    /// The change may or may not be stored: its commit was sent, and no answer came. Trying again could do the work twice, so the caller
    /// must look first.
    /// </summary>
    public static EngineException ToUnknownOutcome(this DatabaseTrouble trouble, Exception? cause) => new(
        ErrorReason.Unavailable, "The connection to the database was lost while committing: the change may or may not be stored.",
        new Dictionary<string, string> { [Detail] = trouble.Code(), ["outcome"] = "unknown" }, s_soon, cause);

    /// <summary>The same trouble, for work that was not begun.</summary>
    public static EngineException NotTried(EngineException failure) => new(
        ErrorReason.Unavailable, "The change was not stored: the database is in trouble.",
        new Dictionary<string, string> { [Detail] = failure.Details[Detail] }, failure.RetryAfter, failure);

    /// <summary>Whether a call failed for a trouble of the database.</summary>
    public static bool IsTrouble(EngineException failure) => failure.Details.ContainsKey(Detail);
}
