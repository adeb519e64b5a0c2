using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Rpc.AspNetCore.Json.WellKnown;

/// <summary>Seconds with an <c>s</c>: <c>90s</c>, <c>0.250s</c>, <c>-1.5s</c>.</summary>
internal sealed class DurationCodec : TextValue<Duration>
{
    private const long MaxSeconds = 315_576_000_000;

    public override string Expectation => "must be a number of seconds followed by s, such as 90s or 1.5s";

    public override void Write(Utf8JsonWriter writer, Duration value)
    {
        var negative = value.Seconds < 0 || value.Nanos < 0;
        var fraction = Math.Abs(value.Nanos).ToString("D9", CultureInfo.InvariantCulture);
        var digits = value.Nanos % 1_000_000 == 0 ? 3 : value.Nanos % 1_000 == 0 ? 6 : 9;
        var tail = value.Nanos == 0 ? "" : "." + fraction[..digits];
        writer.WriteStringValue(string.Create(CultureInfo.InvariantCulture, $"{(negative ? "-" : "")}{Math.Abs(value.Seconds)}{tail}s"));
    }

    public override bool TryParse(string text, [MaybeNullWhen(false)] out Duration value)
    {
        value = null;
        const NumberStyles Styles = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint;
        if (!text.EndsWith('s') || !decimal.TryParse(text.AsSpan(..^1), Styles, CultureInfo.InvariantCulture, out var seconds)) return false;
        if (Math.Abs(seconds) > MaxSeconds) return false;

        var whole = decimal.Truncate(seconds);
        value = new Duration { Seconds = (long)whole, Nanos = (int)((seconds - whole) * 1_000_000_000m) };
        return true;
    }
}
