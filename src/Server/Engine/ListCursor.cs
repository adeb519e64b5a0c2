using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Koda.Protos.Common.V1;

namespace Koda.Server.Engine;

/// <summary>An opaque place in a list. It carries a fingerprint of the filters, so that it cannot be used with others.</summary>
internal static class ListCursor
{
    private const int FingerprintSize = 8;

    public static string Encode(string filters, string position)
    {
        var bytes = new byte[FingerprintSize + Encoding.UTF8.GetByteCount(position)];
        Fingerprint(filters).CopyTo(bytes, 0);
        Encoding.UTF8.GetBytes(position, bytes.AsSpan(FingerprintSize));
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>The position that the cursor holds; null without a cursor.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR: not a cursor of this list with these filters.</exception>
    public static string? Decode(string filters, string? cursor)
    {
        if (string.IsNullOrEmpty(cursor))
            return null;
        if (!Base64Url.IsValid(cursor))
            throw Invalid();
        var bytes = Base64Url.DecodeFromChars(cursor);
        if (bytes.Length <= FingerprintSize || !bytes.AsSpan(0, FingerprintSize).SequenceEqual(Fingerprint(filters)))
            throw Invalid();
        return Encoding.UTF8.GetString(bytes, FingerprintSize, bytes.Length - FingerprintSize);
    }

    /// <inheritdoc cref="Decode"/>
    public static Guid? DecodeId(string filters, string? cursor) => Decode(filters, cursor) switch
    {
        null => null,
        var position when Guid.TryParseExact(position, "N", out var id) => id,
        _ => throw Invalid(),
    };

    private static byte[] Fingerprint(string filters) => SHA256.HashData(Encoding.UTF8.GetBytes(filters))[..FingerprintSize];

    private static EngineException Invalid() => new(ErrorReason.InvalidCursor, "The cursor is not one of this list with these filters.");
}
