using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using System.Text.Unicode;
using Google.Protobuf.WellKnownTypes;

namespace Koda.Server.Http.Json;

/// <summary>
/// RFC 3339 in UTC with three digits of fraction, or none on a whole second; an exact one with six, or nine where they say more.
/// </summary>
internal static partial class TimestampText
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

    public static bool TryParse(ReadOnlySpan<byte> text, [MaybeNullWhen(false)] out Timestamp value)
    {
        const string Seconds = "yyyy-MM-dd'T'HH:mm:ssK";
        value = null;
        // The framework's parser knows fewer digits, and would take a local time too, which says nothing about the instant.
        var parts = Parts().Match(Encoding.UTF8.GetString(text)).Groups;
        var seconds = parts["seconds"].Value + parts["offset"].Value;
        if (!DateTimeOffset.TryParseExact(seconds, Seconds, CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal, out var time))
            return false;
        var nanos = int.Parse(parts["fraction"].Value.PadRight(9, '0'), CultureInfo.InvariantCulture);
        value = new Timestamp { Seconds = time.ToUnixTimeSeconds(), Nanos = nanos };
        return true;
    }

    [GeneratedRegex(@"^(?<seconds>[^.]{19})(\.(?<fraction>[0-9]{1,9}))?(?<offset>Z|[+-][0-9]{2}:[0-9]{2})\z")]
    private static partial Regex Parts();
}
