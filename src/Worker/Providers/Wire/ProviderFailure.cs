using System.Net;
using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Turns what providers say of failures into coded exceptions.</summary>
internal static class ProviderFailure
{
    private const int LongestMessage = 500;

    private static readonly string[] s_contextWords =
    [
        "context_length_exceeded", "context length", "context window", "prompt is too long", "maximum context", "exceeds the available context",
        "too many tokens", "input is too long",
    ];

    /// <summary>A failure told by a status, before any answer.</summary>
    public static ProviderException FromStatus(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var (type, message) = Describe(body);
        var (code, retryable) = Classify((int)status, type, message);
        return new ProviderException(code, $"The provider answered {(int)status}: {Shorten(message)}", retryable, retryAfter);
    }

    /// <summary>A failure told inside a stream, by an error object of the provider.</summary>
    public static ProviderException FromStream(JsonElement error)
    {
        var (type, message) = Describe(error);
        var (code, retryable) = Classify(StatusOf(type, error), type, message);
        return new ProviderException(code, $"The provider broke off: {Shorten(message)}", retryable);
    }

    public static ProviderException Malformed(string what, Exception? cause = null) =>
        new(ProviderErrorCode.MalformedResponse, $"The provider sent something that is not an answer: {what}", retryable: true, innerException: cause);

    public static ProviderException Cut(Exception? cause = null) =>
        new(ProviderErrorCode.StreamCut, "The provider's answer broke off before its end.", retryable: true, innerException: cause);

    private static (string Code, bool Retryable) Classify(int status, string type, string message)
    {
        var isTooLong = s_contextWords.Any(words =>
            type.Contains(words, StringComparison.OrdinalIgnoreCase) || message.Contains(words, StringComparison.OrdinalIgnoreCase));
        return status switch
        {
            401 or 403 => (ProviderErrorCode.CredentialInvalid, false),
            413 => (ProviderErrorCode.ContextTooLong, false),
            408 or 504 => (ProviderErrorCode.Timeout, true),
            // An empty account answers 429 too, but waiting does not fill it.
            429 => (ProviderErrorCode.RateLimited, type != "insufficient_quota"),
            503 or 529 => (ProviderErrorCode.Overloaded, true),
            409 or 425 or >= 500 => (ProviderErrorCode.Unavailable, true),
            _ when isTooLong => (ProviderErrorCode.ContextTooLong, false),
            _ => (ProviderErrorCode.InvalidRequest, false),
        };
    }

    private static int StatusOf(string type, JsonElement error)
    {
        if (error.ValueKind == JsonValueKind.Object && error.TryGetProperty("code", out var code) && code.ValueKind == JsonValueKind.Number
            && code.TryGetInt32(out var number) && number is >= 400 and < 600)
        {
            return number;
        }
        return type switch
        {
            "authentication_error" or "permission_error" => 401,
            "invalid_request_error" or "not_found_error" or "context_length_exceeded" => 400,
            "request_too_large" => 413,
            "rate_limit_error" or "rate_limit_exceeded" or "insufficient_quota" => 429,
            "timeout_error" => 504,
            "overloaded_error" => 529,
            _ => 500,
        };
    }

    private static (string Type, string Message) Describe(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Describe(document.RootElement);
        }
        catch (JsonException)
        {
            return ("", body.Length == 0 ? "(no body)" : body);
        }
    }

    // Seen: {"error":{"type","code","message"}}, {"type":"error","error":{…}}, {"error":"text"}, {"message":"text"}, "text".
    private static (string Type, string Message) Describe(JsonElement json)
    {
        if (json.ValueKind == JsonValueKind.String)
            return ("", json.GetString()!);
        if (json.ValueKind != JsonValueKind.Object)
            return ("", json.GetRawText());
        if (json.TryGetProperty("error", out var error) && error.ValueKind is JsonValueKind.Object or JsonValueKind.String)
            return Describe(error);
        var code = Text(json, "code");
        return (code.Length > 0 ? code : Text(json, "type"), Text(json, "message") is { Length: > 0 } message ? message : json.GetRawText());
    }

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    private static string Shorten(string text) => text.Length <= LongestMessage ? text : string.Concat(text.AsSpan(0, LongestMessage), "…");
}
