using System.Buffers;
using System.Security.Cryptography;

namespace Koda.Server.Engine.Secrets;

/// <summary>A key that wraps the keys of stored secrets: 32 bytes, and a short name by which an envelope says which key it needs.</summary>
internal sealed class MasterKey
{
    public const int Size = 32;
    public const int IdSize = 4;

    private MasterKey(byte[] bytes)
    {
        Bytes = bytes;
        Id = SHA256.HashData(bytes)[..IdSize];
    }

    public byte[] Bytes { get; }

    public byte[] Id { get; }

    /// <summary>The name for people: the id in hex.</summary>
    public string Name => Convert.ToHexStringLower(Id);

    /// <summary>The key as text, for a file that only its owner can read.</summary>
    public string Text => Convert.ToBase64String(Bytes);

    public static MasterKey New() => new(RandomNumberGenerator.GetBytes(Size));

    /// <exception cref="InvalidOperationException">The text is not 32 bytes in base64 or hex.</exception>
    public static MasterKey Parse(string text, string source)
    {
        var bytes = new byte[Size];
        if (text.Length == Size * 2
            && Convert.FromHexString(text, bytes, out _, out var written) == OperationStatus.Done
            && written == Size)
            return new MasterKey(bytes);
        return Convert.TryFromBase64String(text, bytes, out written) && written == Size
            ? new MasterKey(bytes)
            : throw new InvalidOperationException($"{source} must hold keys of {Size} bytes in base64 or hex, the current one first.");
    }
}
