namespace Koda.Server.Infrastructure.Postgres;

/// <summary>Why the database does not do what it is asked, for a cause that is not the statement and that passes.</summary>
internal enum DatabaseTrouble
{
    /// <summary>It takes no connection, or the connection broke or fell silent.</summary>
    Unreachable,

    /// <summary>It starts, recovers, or was told to stop.</summary>
    ShuttingDown,

    /// <summary>It has no connection left for this server.</summary>
    TooManyConnections,

    /// <summary>Its disk is full: what is stored can be read still.</summary>
    DiskFull,

    /// <summary>It lacks memory, or another limit of its machine or configuration is met.</summary>
    OutOfResources,

    /// <summary>It refuses changes: a standby, or told so.</summary>
    ReadOnly,

    /// <summary>Its machine fails, as when a file cannot be read.</summary>
    SystemError,

    /// <summary>A statement took too long and was given up. Others may be quick.</summary>
    Slow,

    /// <summary>All connections that this server may open are in use.</summary>
    Busy,
}
