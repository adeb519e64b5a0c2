using System.Text.Json;

namespace Koda.Cli.Tasks;

/// <summary>Reads fields of a payload; one that is absent reads as empty.</summary>
internal static class PayloadExtensions
{
    public static string Text(this JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) ? value.ValueKind == JsonValueKind.String ? value.GetString()! : value.ToString() : "";

    public static long Number(this JsonElement payload, string name) =>
        payload.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number)
            ? (long)number
            : 0;

    public static string ErrorText(this JsonElement payload) =>
        payload.TryGetProperty("error", out var error) ? $"{error.Text("code")}: {error.Text("message")}" : "";
}
