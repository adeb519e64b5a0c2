namespace Koda.Server.Infrastructure.Postgres;

/// <summary>How to reach PostgreSQL.</summary>
internal sealed record DatabaseOptions
{
    /// <summary>An Npgsql connection string.</summary>
    public required string ConnectionString { get; init; }

    /// <summary>The most connections that this server opens for queries. The listening connection is one more.</summary>
    public int MaxPoolSize { get; init; } = 24;

    /// <summary>Connections kept open when idle, so that the first calls after a pause are not slow.</summary>
    public int MinPoolSize { get; init; } = 2;

    /// <summary>How long a statement may run before it is given up.</summary>
    public TimeSpan CommandTimeout { get; init; } = TimeSpan.FromSeconds(30);
}
