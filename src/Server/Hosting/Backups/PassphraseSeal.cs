using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Hosting.Backups;

/// <summary>
/// What a passphrase does for an archive: one half of the key that is derived from it seals the master keys, the other one signs the
/// manifest, so that an archive that somebody changed is not restored.
/// </summary>
internal sealed class PassphraseSeal
{
    /// <summary>The fewest characters of a new passphrase.</summary>
    public const int MinLength = 12;

    private const string Kdf = "pbkdf2-sha512";
    private const int Rounds = 600_000;
    // More would keep a core busy for minutes: a stranger's archive must not.
    private const int MostRounds = 20_000_000;
    private const int SaltSize = 16;
    private const int KeySize = 32;
    private const int NonceSize = 12;
    private const int TagSize = 16;

    private static readonly byte[] s_purpose = "koda backup: master keys"u8.ToArray();

    private readonly byte[] _key;

    private PassphraseSeal(byte[] key) => _key = key;

    private ReadOnlySpan<byte> SealingKey => _key.AsSpan(0, KeySize);

    private ReadOnlySpan<byte> SigningKey => _key.AsSpan(KeySize);

    /// <summary>Seals the text of master keys with a new salt.</summary>
    public static (PassphraseSeal Seal, SealedKeys Keys) Create(string passphrase, string keys)
    {
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        var seal = new PassphraseSeal(Derive(passphrase, salt, Rounds));
        var plain = Encoding.UTF8.GetBytes(keys);
        var envelope = new byte[NonceSize + TagSize + plain.Length];
        RandomNumberGenerator.Fill(envelope.AsSpan(0, NonceSize));
        using var cipher = new AesGcm(seal.SealingKey, TagSize);
        cipher.Encrypt(
            envelope.AsSpan(0, NonceSize), plain, envelope.AsSpan(NonceSize + TagSize), envelope.AsSpan(NonceSize, TagSize), s_purpose);
        return (seal, new SealedKeys(Kdf, Rounds, salt, envelope));
    }

    /// <returns>The seal, and the text of the master keys.</returns>
    /// <exception cref="BackupException">It is another passphrase, or the form is not known.</exception>
    public static (PassphraseSeal Seal, string Keys) Open(string passphrase, SealedKeys keys)
    {
        if (keys.Kdf != Kdf || keys.Rounds is < 1 or > MostRounds || keys.Salt is null
            || keys.Envelope is not { Length: >= NonceSize + TagSize })
            throw new BackupException(
                "backup.unknown_form", "The master key of this archive is sealed in a way that this edition does not know.");
        var seal = new PassphraseSeal(Derive(passphrase, keys.Salt, keys.Rounds));
        var envelope = keys.Envelope.AsSpan();
        var plain = new byte[envelope.Length - NonceSize - TagSize];
        using var cipher = new AesGcm(seal.SealingKey, TagSize);
        try
        {
            cipher.Decrypt(envelope[..NonceSize], envelope[(NonceSize + TagSize)..], envelope.Slice(NonceSize, TagSize), plain, s_purpose);
        }
        catch (AuthenticationTagMismatchException wrong)
        {
            throw new BackupException("backup.wrong_passphrase", "That is not the passphrase of this archive.", inner: wrong);
        }
        return (seal, Encoding.UTF8.GetString(plain));
    }

    public byte[] Sign(byte[] manifest) => HMACSHA256.HashData(SigningKey, manifest);

    private static byte[] Derive(string passphrase, byte[] salt, int rounds) =>
        Rfc2898DeriveBytes.Pbkdf2(Encoding.UTF8.GetBytes(passphrase), salt, rounds, HashAlgorithmName.SHA512, 2 * KeySize);
}
