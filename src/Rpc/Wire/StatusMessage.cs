using System.Buffers;
using System.Globalization;
using System.Text;

namespace Koda.Rpc.Wire;

/// <summary>The percent-encoding of <c>grpc-message</c>: UTF-8, with all but printable ASCII, and the percent sign, escaped.</summary>
internal static class StatusMessage
{
    private static readonly SearchValues<char> s_unescaped =
        SearchValues.Create(" !\"#$&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~");

    public static string Encode(string message)
    {
        if (!message.AsSpan().ContainsAnyExcept(s_unescaped))
            return message;
        var encoded = new StringBuilder(message.Length * 2);
        foreach (var value in Encoding.UTF8.GetBytes(message))
        {
            if (value is >= 0x20 and <= 0x7e and not (byte)'%')
                encoded.Append((char)value);
            else
                encoded.Append('%').Append(HexDigit(value >> 4)).Append(HexDigit(value & 0xf));
        }
        return encoded.ToString();
    }

    /// <summary>Reads what a peer sent. A percent sign that begins no valid escape stays as it is, as gRPC asks of receivers.</summary>
    public static string Decode(string encoded)
    {
        if (!encoded.Contains('%'))
            return encoded;
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(encoded.Length)];
        var count = 0;
        var rest = encoded.AsSpan();
        while (!rest.IsEmpty)
        {
            if (rest.Length > 2 && rest[0] == '%' && char.IsAsciiHexDigit(rest[1]) && char.IsAsciiHexDigit(rest[2]))
            {
                bytes[count++] = byte.Parse(rest[1..3], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
                rest = rest[3..];
                continue;
            }
            var next = rest[1..].IndexOf('%');
            var literal = next < 0 ? rest : rest[..(next + 1)];
            count += Encoding.UTF8.GetBytes(literal, bytes.AsSpan(count));
            rest = rest[literal.Length..];
        }
        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
