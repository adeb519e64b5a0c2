namespace Koda.Server.Hosting.Backups;

/// <summary>What is backed up, or restored.</summary>
internal sealed record BackupOptions
{
    /// <summary>The archive.</summary>
    public required string File { get; init; }

    /// <summary>The data directory of the server.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>A PostgreSQL of the operator's. Null: the private one of the data directory.</summary>
    public string? DatabaseUrl { get; init; }

    /// <summary>Seals the master keys, and opens them. Null: a backup leaves them out.</summary>
    public string? Passphrase { get; init; }

    /// <summary>Whether a restore may replace what is there.</summary>
    public bool Replace { get; init; }

    /// <summary>Told what is being done, in a few words for people.</summary>
    public Action<string> Report { get; init; } = static _ => { };
}
