using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Reads members of providers' JSON that may be absent, null or of another type.</summary>
internal static class WireJson
{
    /// <summary>A text. Empty: there is none.</summary>
    public static string Text(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.String } value ? value.GetString()! : "";

    /// <summary>A whole number. Null: there is none.</summary>
    public static int? Number(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetInt32(out var number) ? number : null;

    /// <summary>A count. 0: there is none.</summary>
    public static long Count(JsonElement json, string name) =>
        Member(json, name) is { ValueKind: JsonValueKind.Number } value && value.TryGetDouble(out var number) && Math.Abs(number) < 1e15
            ? (long)number
            : 0;

    /// <summary>A member that says something. Null: it is absent, or null.</summary>
    public static JsonElement? Member(JsonElement json, string name) =>
        json.ValueKind == JsonValueKind.Object && json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null
            ? value
            : null;

    /// <summary>The items of a list. Empty: there is none.</summary>
    public static IEnumerable<JsonElement> Items(JsonElement json, string name) => Member(json, name) switch
    {
        null => [],
        { ValueKind: JsonValueKind.Array } list => list.EnumerateArray(),
        { } other => throw new InvalidOperationException($"{name} that is a {other.ValueKind}."),
    };
}
