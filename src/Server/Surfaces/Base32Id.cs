using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;

namespace Koda.Server.Surfaces;

/// <summary>Ids as people see them: a prefix and the 128 bits of the engine's id in lower-case Crockford base32 (26 characters).</summary>
internal static class Base32Id
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 26;

    public static string Format(string prefix, Guid id) =>
        string.Create(prefix.Length + Length, (prefix, id), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            var bits = ToBits(state.id);
            for (var i = span.Length - 1; i >= state.prefix.Length; i--)
            {
                span[i] = Alphabet[(int)(bits & 31)];
                bits >>= 5;
            }
        });

    public static bool TryParse(string prefix, string text, [NotNullWhen(true)] out Guid id)
    {
        id = default;
        // 26 characters carry 130 bits; the first one may only use its lowest three.
        if (text.Length != prefix.Length + Length || !text.StartsWith(prefix, StringComparison.Ordinal) || text[prefix.Length] > '7')
            return false;
        UInt128 bits = 0;
        foreach (var character in text.AsSpan(prefix.Length))
        {
            var digit = Alphabet.IndexOf(character, StringComparison.Ordinal);
            if (digit < 0)
                return false;
            bits = (bits << 5) | (uint)digit;
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        id = new Guid(bytes, bigEndian: true);
        return true;
    }

    private static UInt128 ToBits(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
