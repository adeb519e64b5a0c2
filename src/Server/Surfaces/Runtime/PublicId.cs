using System.Diagnostics.CodeAnalysis;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>
/// The ids of the Koda surfaces: a prefix and the 128 bits of the engine's id in lower-case Crockford base32 (26 characters).
/// </summary>
internal static class PublicId
{
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 26;

    public static string Task(Guid id) => Format("tsk_", id);

    public static string Approval(Guid id) => Format("apr_", id);

    public static bool TryTask(string text, out Guid id) => TryParse("tsk_", text, out id);

    public static bool TryApproval(string text, out Guid id) => TryParse("apr_", text, out id);

    private static string Format(string prefix, Guid id) =>
        string.Create(prefix.Length + Length, (prefix, id), static (span, state) =>
        {
            state.prefix.CopyTo(span);
            UInt128 bits = ToBits(state.id);
            for (int i = span.Length - 1; i >= state.prefix.Length; i--)
            {
                span[i] = Alphabet[(int)(bits & 31)];
                bits >>= 5;
            }
        });

    private static bool TryParse(string prefix, string text, [NotNullWhen(true)] out Guid id)
    {
        id = default;
        if (text.Length != prefix.Length + Length || !text.StartsWith(prefix, StringComparison.Ordinal))
        {
            return false;
        }

        // 26 characters carry 130 bits; the first one may only use its lowest three.
        if (text[prefix.Length] > '7')
        {
            return false;
        }

        UInt128 bits = 0;
        foreach (char c in text.AsSpan(prefix.Length))
        {
            int digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
            {
                return false;
            }

            bits = (bits << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, bits);
        id = new Guid(bytes, bigEndian: true);
        return true;
    }

    private static UInt128 ToBits(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
