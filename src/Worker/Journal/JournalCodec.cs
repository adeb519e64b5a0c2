using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using Koda.Protos.Worker.V1;
using Koda.Worker.Providers;

namespace Koda.Worker.Journal;

/// <summary>Payloads as the text that the log keeps.</summary>
internal static partial class JournalCodec
{
    private static readonly JsonSerializerOptions s_json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectRequiredConstructorParameters = true,
    };

    public static ReportedEvent Write<T>(T payload, ModelUsage? usage = null)
        where T : IJournalPayload => new()
        {
            Kind = T.Kind,
            Payload = Storable(JsonSerializer.Serialize(payload, s_json)),
            Usage = usage is null ? null : Write(usage),
        };

    /// <exception cref="FormatException">The payload is not what its kind says.</exception>
    public static T Read<T>(JournalEvent recorded)
        where T : IJournalPayload
    {
        try
        {
            return JsonSerializer.Deserialize<T>(recorded.Payload, s_json)
                ?? throw new FormatException($"Event {recorded.Seq} ({recorded.Kind}) has an empty payload.");
        }
        catch (JsonException error)
        {
            throw new FormatException($"Event {recorded.Seq} ({recorded.Kind}) cannot be read: {error.Message}", error);
        }
    }

    public static ModelUsage ReadUsage(JournalEvent recorded) =>
        recorded.Usage.Length == 0 ? new ModelUsage() : JsonSerializer.Deserialize<ModelUsage>(recorded.Usage, s_json) ?? new ModelUsage();

    /// <summary>A text of a payload. Empty: there is none of this name.</summary>
    public static string Text(JsonObject payload, string name) =>
        payload[name] is JsonValue value && value.TryGetValue(out string? text) ? text : "";

    private static Usage Write(ModelUsage usage) => new()
    {
        InputTokens = usage.InputTokens,
        OutputTokens = usage.OutputTokens,
        CachedInputTokens = usage.CachedInputTokens,
        CacheWriteTokens = usage.CacheWriteTokens,
        ReasoningTokens = usage.ReasoningTokens,
        CostMicros = usage.CostMicros,
        PriceUnknown = usage.PriceUnknown,
        NoModel = usage.NoModel,
        Model = usage.Model,
    };

    // PostgreSQL keeps no zero character in text, so it is stored as the replacement character.
    private static string Storable(string payload) =>
        payload.Contains("\\u0000", StringComparison.Ordinal) ? EscapedZero().Replace(payload, "$1\\ufffd") : payload;

    [GeneratedRegex(@"(?<!\\)((?:\\\\)*)\\u0000")]
    private static partial Regex EscapedZero();
}
