using System.Text.Json;

namespace Koda.Server.Surfaces;

/// <summary>Reads fields of event payloads that a worker wrote: a missing field, or one of another type, reads as its default.</summary>
internal static class PayloadReading
{
    public static string Text(this JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object
        && payload.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    public static long Number(this JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out JsonElement value)
            && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out long number)
            ? number
            : 0;

    public static double Real(this JsonElement payload, string name) =>
        payload.ValueKind == JsonValueKind.Object
        && payload.TryGetProperty(name, out JsonElement value)
        && value.ValueKind == JsonValueKind.Number
            ? value.GetDouble()
            : 0;

    /// <summary>The field's JSON text, or <paramref name="absent"/>.</summary>
    public static string Raw(this JsonElement payload, string name, string absent) =>
        payload.ValueKind == JsonValueKind.Object && payload.TryGetProperty(name, out JsonElement value) ? value.GetRawText() : absent;
}
