using System.Text.Json;

namespace Koda.Providers;

/// <summary>What a provider's refusal means, read from its status and its error object.</summary>
/// <param name="Code">One of <see cref="ProviderErrorCode"/>.</param>
/// <param name="Message">What the provider said, shortened.</param>
/// <param name="Retryable">Whether the same request may succeed later.</param>
internal sealed record ProviderRefusal(string Code, string Message, bool Retryable)
{
    private const int LongestMessage = 500;

    private static readonly string[] s_contextWords =
    [
        "context_length_exceeded", "context length", "context window", "prompt is too long", "maximum context", "exceeds the available context",
        "too many tokens", "input is too long",
    ];

    // How providers say that a limit is of the key, and not of the model that was asked: Anthropic "your account's rate limit", Mistral "Requests rate limit
    // exceeded" for a workspace, gateways "this key". A message that names a model is about that one.
    private static readonly string[] s_keyLimitWords = ["account's rate limit", "account rate limit", "requests rate limit exceeded", "api key", "this key"];

    // Gemini answers a key that it does not know with 400.
    private static readonly string[] s_keyWords = ["api key not valid", "api_key_invalid", "invalid api key"];

    /// <summary>The limit that was met is of the key, so every model of the connection meets it.</summary>
    public bool ConcernsKey => Code == ProviderErrorCode.RateLimited
        && s_keyLimitWords.Any(words => Message.Contains(words, StringComparison.OrdinalIgnoreCase)) && !Message.Contains("model:", StringComparison.OrdinalIgnoreCase);

    /// <summary>A refusal told by a status, before any answer.</summary>
    public static ProviderRefusal FromStatus(int status, string body)
    {
        var (type, message) = Describe(body);
        var (code, retryable) = Classify(status, type, message);
        return new ProviderRefusal(code, $"The provider answered {status}: {Shorten(message)}", retryable);
    }

    /// <summary>A refusal told inside a stream, by an error object of the provider.</summary>
    public static ProviderRefusal FromStream(JsonElement error)
    {
        var (type, message) = Describe(error);
        var (code, retryable) = Classify(StatusOf(type, error), type, message);
        return new ProviderRefusal(code, $"The provider broke off: {Shorten(message)}", retryable);
    }

    private static (string Code, bool Retryable) Classify(int status, string type, string message)
    {
        var isTooLong = s_contextWords.Any(words =>
            type.Contains(words, StringComparison.OrdinalIgnoreCase) || message.Contains(words, StringComparison.OrdinalIgnoreCase));
        var namesKey = s_keyWords.Any(words => message.Contains(words, StringComparison.OrdinalIgnoreCase));
        return status switch
        {
            400 when namesKey => (ProviderErrorCode.CredentialInvalid, false),
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
