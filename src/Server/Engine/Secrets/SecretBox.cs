using System.Security.Cryptography;
using System.Text;

namespace Koda.Server.Engine.Secrets;

/// <summary>
/// Seals secrets by AES-256-GCM. An envelope is: format (1 byte), key id (4), nonce (12), tag (16), ciphertext. The purpose is authenticated with it,
/// so an envelope that is moved to another row does not open there.
/// </summary>
internal sealed class SecretBox(MasterKey key)
{
    private const byte Format = 1;
    private const int NonceSize = 12;
    private const int TagSize = 16;
    private const int HeaderSize = 1 + MasterKey.IdSize + NonceSize + TagSize;

    public byte[] Seal(string secret, string purpose)
    {
        var plain = Encoding.UTF8.GetBytes(secret);
        var envelope = new byte[HeaderSize + plain.Length];
        envelope[0] = Format;
        key.Id.CopyTo(envelope.AsSpan(1));
        var nonce = envelope.AsSpan(1 + MasterKey.IdSize, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        using var cipher = new AesGcm(key.Bytes, TagSize);
        cipher.Encrypt(
            nonce, plain, envelope.AsSpan(HeaderSize), envelope.AsSpan(HeaderSize - TagSize, TagSize), Encoding.UTF8.GetBytes(purpose));
        CryptographicOperations.ZeroMemory(plain);
        return envelope;
    }

    /// <exception cref="CryptographicException">The envelope was sealed with another key or for another purpose, or it was changed.</exception>
    public string Open(ReadOnlySpan<byte> envelope, string purpose)
    {
        if (envelope.Length < HeaderSize || envelope[0] != Format)
            throw new CryptographicException("The sealed secret has an unknown form.");
        if (!envelope.Slice(1, MasterKey.IdSize).SequenceEqual(key.Id))
            throw new CryptographicException("The secret was sealed with another master key.");
        var plain = new byte[envelope.Length - HeaderSize];
        using var cipher = new AesGcm(key.Bytes, TagSize);
        cipher.Decrypt(
            envelope.Slice(1 + MasterKey.IdSize, NonceSize), envelope[HeaderSize..], envelope.Slice(HeaderSize - TagSize, TagSize), plain,
            Encoding.UTF8.GetBytes(purpose));
        return Encoding.UTF8.GetString(plain);
    }
}
