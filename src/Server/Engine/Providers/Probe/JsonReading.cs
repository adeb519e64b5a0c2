using System.Globalization;
using System.Text.Json;

namespace Koda.Server.Engine.Providers;

/// <summary>Reads members of foreign JSON. What is absent or of another type is simply not known.</summary>
internal static class JsonReading
{
    public static string Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } value ? StorableText.Of(value.GetString()!) : "";

    public static long? Number(JsonElement json, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Member(json, name) is { ValueKind: JsonValueKind.Number } value
                && value.TryGetDouble(out var number)
                && number is > 0 and < 1e15)
                return (long)number;
        }
        return null;
    }

    public static bool? Flag(JsonElement json, string name) => Member(json, name)?.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => null,
    };

    /// <summary>A price in dollars for one token, as text or number, in micro-dollars for a million.</summary>
    public static long? Price(JsonElement json, string name)
    {
        var dollars = Member(json, name) switch
        {
            { ValueKind: JsonValueKind.String } text
                when decimal.TryParse(text.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
            { ValueKind: JsonValueKind.Number } value when value.TryGetDecimal(out var number) => number,
            _ => -1,
        };
        // Below zero: "it depends", as routers say. Beyond a dollar a token: no price.
        return dollars is >= 0 and <= 1 ? (long)Math.Round(dollars * 1_000_000_000_000m) : null;
    }

    /// <summary>Whether a list of texts holds one. Null: there is no list.</summary>
    public static bool? Holds(JsonElement json, string name, string wanted) => Member(json, name) is { ValueKind: JsonValueKind.Array } list
        ? list.EnumerateArray().Any(item => item.ValueKind == JsonValueKind.String && item.ValueEquals(wanted))
        : null;

    public static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) ? value : null;
}
