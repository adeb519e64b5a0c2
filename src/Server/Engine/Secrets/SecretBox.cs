using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Engine.Secrets;

/// <summary>
/// Seals secrets by AES-256-GCM, each with a key of its own that the master key wraps. An envelope is: format (1 byte), master key id (4),
/// wrapped key (nonce 12, tag 16, 32), content (nonce 12, tag 16, ciphertext). The purpose is authenticated with the content, so an
/// envelope that is moved to another row does not open there. A rotation wraps the keys anew and leaves the contents as they are.
/// </summary>
internal sealed class SecretBox(KeyRing ring)
{
    public const byte Format = 2;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int SealedKeySize = NonceSize + TagSize + MasterKey.Size;
    private const int KeyStart = 1 + MasterKey.IdSize;
    private const int ContentStart = KeyStart + SealedKeySize;
    private const int HeaderSize = ContentStart + NonceSize + TagSize;

    public byte[] Seal(string secret, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var envelope = new byte[HeaderSize + plain.Length];
        Span<byte> key = stackalloc byte[MasterKey.Size];
        RandomNumberGenerator.Fill(key);
        Wrap(ring.Current, key, envelope);
        Encrypt(key, plain, envelope.AsSpan(ContentStart), Encoding.UTF8.GetBytes(purpose));
        CryptographicOperations.ZeroMemory(plain);
        CryptographicOperations.ZeroMemory(key);
        return envelope;
    }

    /// <exception cref="CryptographicException">The envelope was sealed with another key or for another purpose, or it was
    /// changed.</exception>
    public string Open(ReadOnlySpan<byte> envelope, string purpose)
    {
        Span<byte> key = stackalloc byte[MasterKey.Size];
        Unwrap(envelope, key);
        var plain = new byte[envelope.Length - HeaderSize];
        Decrypt(key, envelope[ContentStart..], plain, Encoding.UTF8.GetBytes(purpose));
        CryptographicOperations.ZeroMemory(key);
        return Encoding.UTF8.GetString(plain);
    }

    /// <summary>The same secret under the current master key.</summary>
    /// <exception cref="CryptographicException">The envelope was sealed with a key that is not there any more, or it was
    /// changed.</exception>
    public byte[] Rewrap(ReadOnlySpan<byte> envelope)
    {
        Span<byte> key = stackalloc byte[MasterKey.Size];
        Unwrap(envelope, key);
        var rewrapped = envelope.ToArray();
        Wrap(ring.Current, key, rewrapped);
        CryptographicOperations.ZeroMemory(key);
        return rewrapped;
    }

    private static void Wrap(MasterKey master, ReadOnlySpan<byte> key, Span<byte> envelope)
    {
        envelope[0] = Format;
        master.Id.CopyTo(envelope[1..]);
        Encrypt(master.Bytes, key, envelope.Slice(KeyStart, SealedKeySize), []);
    }

    private void Unwrap(ReadOnlySpan<byte> envelope, Span<byte> key)
    {
        if (envelope.Length < HeaderSize || envelope[0] != Format)
            throw new CryptographicException("The sealed secret has an unknown form.");
        var master = ring.Find(envelope.Slice(1, MasterKey.IdSize))
            ?? throw new CryptographicException("The secret was sealed with another master key.");
        Decrypt(master.Bytes, envelope.Slice(KeyStart, SealedKeySize), key, []);
    }

    private static void Encrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> plain, Span<byte> target, ReadOnlySpan<byte> purpose)
    {
        var nonce = target[..NonceSize];
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key, TagSize);
        cipher.Encrypt(nonce, plain, target[(NonceSize + TagSize)..], target.Slice(NonceSize, TagSize), purpose);
    }

    private static void Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> source, Span<byte> plain, ReadOnlySpan<byte> purpose)
    {
        using var cipher = new AesGcm(key, TagSize);
        cipher.Decrypt(source[..NonceSize], source[(NonceSize + TagSize)..], source.Slice(NonceSize, TagSize), plain, purpose);
    }
}
