namespace Koda.Client.Evidence;

/// <summary>Reads the identifier inside a task's public id.</summary>
public static class TaskId
{
    private const string Prefix = "tsk_";
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";
    private const int Length = 26;

    /// <summary>Reads <c>tsk_</c> and 26 characters of Crockford's base 32.</summary>
    /// <returns>Null when the text is not a task's id.</returns>
    public static Guid? Parse(string text)
    {
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + Length)
            return null;
        // 26 characters carry 130 bits: the first one may use its lowest three only.
        if (text[Prefix.Length] > '7')
            return null;
        UInt128 value = 0;
        foreach (var c in text.AsSpan(Prefix.Length))
        {
            var digit = Alphabet.IndexOf(c, StringComparison.Ordinal);
            if (digit < 0)
                return null;
            value = (value << 5) | (uint)digit;
        }
        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        return new Guid(bytes, bigEndian: true);
    }
}
