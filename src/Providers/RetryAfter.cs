using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Koda.Providers;

/// <summary>How long a provider asks to wait: by a header, in its error object, or in its words. 0 and what is past mean now.</summary>
internal static partial class RetryAfter
{
    private const int Deepest = 6;

    // A number of seconds that is larger names a moment.
    private const double FirstMoment = 1_000_000_000;

    private static readonly TimeSpan s_longest = TimeSpan.FromDays(1);

    private static readonly string[] s_bodyNames =
        ["retryDelay", "retry_delay", "retry_after", "retryAfter", "retry_after_seconds", "retry_after_ms", "retryAfterMs"];

    // Told with every answer; they mean a wait only where nothing is left.
    private static readonly (string Remaining, string Reset)[] s_limits =
    [
        ("x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"), ("x-ratelimit-remaining-tokens", "x-ratelimit-reset-tokens"),
        ("anthropic-ratelimit-requests-remaining", "anthropic-ratelimit-requests-reset"),
        ("anthropic-ratelimit-tokens-remaining", "anthropic-ratelimit-tokens-reset"),
        ("anthropic-ratelimit-input-tokens-remaining", "anthropic-ratelimit-input-tokens-reset"),
        ("anthropic-ratelimit-output-tokens-remaining", "anthropic-ratelimit-output-tokens-reset"),
        ("x-ratelimit-remaining", "x-ratelimit-reset"), ("ratelimit-remaining", "ratelimit-reset"),
    ];

    /// <summary>
    /// Reads <c>retry-after-ms</c>, <c>Retry-After</c> as seconds or as a date, and when limits are reset. Null: none says anything usable.
    /// </summary>
    public static TimeSpan? Read(HttpResponseHeaders headers, DateTimeOffset now) =>
        Value(First(headers, "retry-after-ms"), now, milliseconds: true)
        ?? Value(First(headers, "Retry-After"), now)
        ?? Reset(headers, now);

    /// <summary>What an error object says, at any depth. Null: nothing.</summary>
    public static TimeSpan? InBody(JsonElement json) => InBody(json, 0);

    /// <summary>What words say: "try again in 20s", "retry after 1m30.5s". Null: nothing.</summary>
    public static TimeSpan? InText(string text)
    {
        foreach (Match asked in Asked().Matches(text))
        {
            if (Duration(asked.Groups[1].Value) is { } wait)
                return wait;
        }
        return null;
    }

    private static TimeSpan? InBody(JsonElement json, int depth)
    {
        if (depth > Deepest)
            return null;
        if (json.ValueKind == JsonValueKind.Array)
            return json.EnumerateArray().Select(item => InBody(item, depth + 1)).FirstOrDefault(wait => wait is not null);
        if (json.ValueKind != JsonValueKind.Object)
            return null;
        foreach (var member in json.EnumerateObject())
        {
            var wait = s_bodyNames.Contains(member.Name)
                ? Named(member.Value, milliseconds: member.Name.EndsWith("ms", StringComparison.OrdinalIgnoreCase))
                : InBody(member.Value, depth + 1);
            if (wait is not null)
                return wait;
        }
        return null;
    }

    // A duration of protobuf's JSON is "34.07s"; some gateways write {"seconds":34,"nanos":70000000}.
    private static TimeSpan? Named(JsonElement value, bool milliseconds) =>
        value.ValueKind switch
        {
            JsonValueKind.Number => Value(value.GetRawText(), DateTimeOffset.UtcNow, milliseconds),
            JsonValueKind.String => Value(value.GetString(), DateTimeOffset.UtcNow, milliseconds) ?? Duration(value.GetString()!),
            JsonValueKind.Object => Value(Member(value, "seconds"), DateTimeOffset.UtcNow) is { } seconds
                ? Bounded(
                    seconds.TotalSeconds
                        + (double.TryParse(Member(value, "nanos"), CultureInfo.InvariantCulture, out var nanos) ? nanos / 1e9 : 0))
                : null,
            _ => null,
        };

    private static string? Member(JsonElement json, string name) => json.TryGetProperty(name, out var value) ? value.ToString() : null;

    private static TimeSpan? Reset(HttpResponseHeaders headers, DateTimeOffset now) =>
        s_limits
            .Where(limit =>
                First(headers, limit.Remaining) is { } left
                && double.TryParse(left, CultureInfo.InvariantCulture, out var number)
                && number <= 0)
            .Select(limit => First(headers, limit.Reset))
            .Select(reset => Value(reset, now) ?? (reset is null ? null : Duration(reset)))
            .Max();

    /// <summary>A number of seconds, a moment in seconds or milliseconds since 1970, or a date.</summary>
    private static TimeSpan? Value(string? text, DateTimeOffset now, bool milliseconds = false)
    {
        if (text is null)
            return null;
        if (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number))
        {
            if (double.IsNaN(number))
                return null;
            var seconds = milliseconds ? number / 1000 : number;
            return Bounded(seconds < FirstMoment || !double.IsFinite(seconds) ? seconds
                : (seconds >= FirstMoment * 1000 ? seconds / 1000 : seconds) - (now.ToUnixTimeMilliseconds() / 1000.0));
        }
        return
            DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var date)
            && !Unit().IsMatch(text)
            ? Bounded((date - now).TotalSeconds)
            : null;
    }

    /// <summary>A duration with its units, such as <c>1m30.5s</c>, <c>20ms</c> or <c>2 minutes</c>.</summary>
    private static TimeSpan? Duration(string text)
    {
        var parts = Part().Matches(text);
        if (parts.Count == 0)
            return null;
        return Bounded(
            parts.Sum(part =>
                double.Parse(part.Groups[1].ValueSpan, CultureInfo.InvariantCulture)
                * part.Groups[2].Value.ToLowerInvariant() switch
                {
                    var unit when unit.StartsWith("ms", StringComparison.Ordinal) || unit.StartsWith("milli", StringComparison.Ordinal) =>
                        0.001,
                    ['m', ..] => 60,
                    ['h', ..] => 3600,
                    ['d', ..] => 86_400,
                    _ => 1,
                }));
    }

    private static TimeSpan Bounded(double seconds) =>
        seconds <= 0 ? TimeSpan.Zero : seconds >= s_longest.TotalSeconds ? s_longest : TimeSpan.FromSeconds(seconds);

    private static string? First(HttpResponseHeaders headers, string name) =>
        headers.TryGetValues(name, out var values) ? values.FirstOrDefault()?.Trim() : null;

    [GeneratedRegex(
        @"(?:try(?:ing)?\s+again|retry(?:ing)?|wait|reset(?:s)?|available(?:\s+again)?)\s*(?:in|after|for|at least|about)?[\s:]*((?:\d+(?:\.\d+)?\s*(?:milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|[smhd])\b?[\s,]*(?:and\s+)?)+)",
        RegexOptions.IgnoreCase)]
    private static partial Regex Asked();

    [GeneratedRegex(
        @"(\d+(?:\.\d+)?)\s*(milliseconds?|ms|seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|[smhd])(?![a-z])", RegexOptions.IgnoreCase)]
    private static partial Regex Part();

    [GeneratedRegex(@"^\s*[\d.]+\s*(ms|s|m|h|d)\b|\d(ms|s|m|h|d)$", RegexOptions.IgnoreCase)]
    private static partial Regex Unit();
}
