namespace Koda.Server.Hosting.Backups;

/// <summary>A file in an archive.</summary>
/// <param name="Name">Its path there.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Sha256">The digest of its content, in lower-case hex.</param>
internal sealed record BackupPart(string Name, long Size, string Sha256);

/// <summary>What an archive says of itself. It is the archive's <c>manifest.json</c>, and comes after all that it lists.</summary>
internal sealed record BackupManifest
{
    /// <summary>The form of archives that this edition writes, and the newest that it reads.</summary>
    public const int CurrentFormat = 1;

    public required int Format { get; init; }

    /// <summary>The version of Koda that wrote it.</summary>
    public required string Koda { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The major version of the PostgreSQL that it was taken from.</summary>
    public required int Postgres { get; init; }

    /// <summary>The schema of the database: each migration with the SHA-256 of its text, in lower-case hex.</summary>
    public required IReadOnlyDictionary<string, string> Migrations { get; init; }

    public required IReadOnlyList<BackupPart> Parts { get; init; }

    /// <summary>The id of the master key that the database's secrets are sealed with. Null: the database does not tell.</summary>
    public string? MasterKeyId { get; init; }

    /// <summary>The master keys. Null: they were left out.</summary>
    public SealedKeys? MasterKeys { get; init; }
}

/// <summary>Master keys, sealed by a passphrase.</summary>
/// <param name="Kdf">How the passphrase becomes a key.</param>
/// <param name="Rounds">How often.</param>
/// <param name="Salt">With which salt.</param>
/// <param name="Envelope">Nonce (12 bytes), tag (16), and the keys' text, by AES-256-GCM.</param>
internal sealed record SealedKeys(string Kdf, int Rounds, byte[] Salt, byte[] Envelope);
