using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Server.Http.Json;

/// <summary>RFC 3339 in UTC with three digits of fraction, or none on a whole second; an exact one with six, or nine where they say more.</summary>
internal static class TimestampText
{
    private const int NanosPerMicrosecond = 1_000;
    private const int NanosPerMillisecond = 1_000_000;

    public static void Write(Utf8JsonWriter writer, Timestamp value, bool isExact)
    {
        var fraction = isExact && value.Nanos % NanosPerMicrosecond != 0 ? $".{value.Nanos:d9}"
            : isExact && value.Nanos % NanosPerMillisecond != 0 ? $".{value.Nanos / NanosPerMicrosecond:d6}"
            : value.Nanos >= NanosPerMillisecond ? $".{value.Nanos / NanosPerMillisecond:d3}"
            : "";
        Span<byte> text = stackalloc byte["yyyy-MM-ddTHH:mm:ss.fffffffffZ".Length];
        var seconds = DateTime.UnixEpoch.AddSeconds(value.Seconds);
        Utf8.TryWrite(text, CultureInfo.InvariantCulture, $"{seconds:yyyy-MM-dd'T'HH:mm:ss}{fraction}Z", out var written);
        writer.WriteStringValue(text[..written]);
    }

    public static bool TryParse(ReadOnlySpan<byte> utf8, [MaybeNullWhen(false)] out Timestamp value)
    {
        value = null;
        var text = Encoding.UTF8.GetString(utf8);
        // The framework's parser would also take a local time, which says nothing about the instant.
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (!hasOffset || !TryCutFraction(ref text, out var nanos))
            return false;
        const string Seconds = "yyyy-MM-dd'T'HH:mm:ssK";
        if (!DateTimeOffset.TryParseExact(text, Seconds, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time))
            return false;

        value = new Timestamp { Seconds = time.ToUnixTimeSeconds(), Nanos = nanos };
        return true;
    }

    private static bool TryCutFraction(ref string text, out int nanos)
    {
        nanos = 0;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
            return true;

        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end]))
            end++;
        var digits = text[(dot + 1)..end];
        if (digits.Length is 0 or > 9)
            return false;

        nanos = int.Parse(digits.PadRight(9, '0'), CultureInfo.InvariantCulture);
        text = text[..dot] + text[end..];
        return true;
    }
}
