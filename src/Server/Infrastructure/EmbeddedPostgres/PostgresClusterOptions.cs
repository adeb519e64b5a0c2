namespace Koda.Server.Infrastructure.EmbeddedPostgres;

/// <summary>Where a private cluster lives and how it differs from the built-in settings.</summary>
internal sealed record PostgresClusterOptions
{
    /// <summary>The server's data folder. The cluster is kept in <c>postgres</c> below it.</summary>
    public required string DataFolder { get; init; }

    /// <summary>Settings of postgresql.conf that replace or add to the built-in ones.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>How long to wait for the cluster to take connections, recovery after a crash included.</summary>
    public TimeSpan StartTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>Told what the start is at, in a few words for people.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
