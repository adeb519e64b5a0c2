namespace Koda.Server.Infrastructure.Postgres;

/// <summary>How to reach PostgreSQL.</summary>
internal sealed record DatabaseOptions
{
    /// <summary>An Npgsql connection string. What it says of limits of time stands; what it leaves open is set here.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The most connections that this server opens for queries. The listening connection is one more.</summary>
    public int MaxPoolSize { get; init; } = 24;

    /// <summary>Connections kept open when idle, so that the first calls after a pause are not slow.</summary>
    public int MinPoolSize { get; init; } = 2;

    /// <summary>
    /// How long a caller waits for its work at the database, repetitions and the wait for a connection included.
    /// <see cref="Timeout.InfiniteTimeSpan"/>: as long as it takes.
    /// </summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How long PostgreSQL works at one statement. It is shorter than <see cref="Patience"/>, so that a database that is slow says so, and
    /// one that says nothing is not there. Zero: as long as it takes.
    /// </summary>
    public TimeSpan StatementLimit { get; init; } = TimeSpan.FromSeconds(8);
}
