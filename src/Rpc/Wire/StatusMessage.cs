using System.Buffers;
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
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '%' && i + 2 < encoded.Length && char.IsAsciiHexDigit(encoded[i + 1]) && char.IsAsciiHexDigit(encoded[i + 2]))
            {
                bytes[count++] = Convert.FromHexString(encoded.AsSpan(i + 1, 2))[0];
                i += 2;
            }
            else
            {
                count += Encoding.UTF8.GetBytes(encoded.AsSpan(i, 1), bytes.AsSpan(count));
            }
        }
        return Encoding.UTF8.GetString(bytes, 0, count);
    }

    private static char HexDigit(int value) => (char)(value < 10 ? '0' + value : 'A' + value - 10);
}
