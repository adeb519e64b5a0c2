using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

/// <summary>RFC 3339 in UTC with three digits of fraction, or none on a whole second.</summary>
internal sealed class TimestampCodec : TextValue<Timestamp>
{
    private const int NanosPerMillisecond = 1_000_000;

    public override string Expectation => "must be an RFC 3339 time such as 2026-01-31T12:00:00Z";

    public override void Write(Utf8JsonWriter writer, Timestamp value)
    {
        var milliseconds = value.Nanos / NanosPerMillisecond;
        var time = DateTime.UnixEpoch.AddSeconds(value.Seconds).AddMilliseconds(milliseconds);
        Span<byte> text = stackalloc byte[24];
        var format = milliseconds == 0 ? "yyyy-MM-dd'T'HH:mm:ss'Z'" : "yyyy-MM-dd'T'HH:mm:ss.fff'Z'";
        time.TryFormat(text, out var written, format, CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }

    public override bool TryParse(string text, [MaybeNullWhen(false)] out Timestamp value)
    {
        value = null;
        // The framework's parser would also take a local time, which says nothing about the instant.
        var hasOffset = text.EndsWith('Z') || (text.Length > 6 && text[^6] is '+' or '-' && text[^3] == ':');
        if (!hasOffset || !TryCutFraction(ref text, out var nanos)) return false;
        const string Seconds = "yyyy-MM-dd'T'HH:mm:ssK";
        if (!DateTimeOffset.TryParseExact(text, Seconds, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time)) return false;

        value = new Timestamp { Seconds = time.ToUnixTimeSeconds(), Nanos = nanos };
        return true;
    }

    private static bool TryCutFraction(ref string text, out int nanos)
    {
        nanos = 0;
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return true;

        var end = dot + 1;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        var digits = text[(dot + 1)..end];
        if (digits.Length is 0 or > 9) return false;

        nanos = int.Parse(digits.PadRight(9, '0'), CultureInfo.InvariantCulture);
        text = text[..dot] + text[end..];
        return true;
    }
}
