namespace Koda.Providers;

/// <summary>What the words of refusals mean: providers agree on few statuses, and inside of an answer there is none.</summary>
internal static class RefusalWords
{
    private static readonly string[] s_contextWords =
    [
        "context_length_exceeded",
        "context length",
        "context window",
        "prompt is too long",
        "maximum context",
        "exceeds the available context",
        "too many tokens",
        "input is too long",
        "exceed_context_size",
        "string_above_max_length",
        "maximum number of tokens allowed",
    ];

    // How providers say that a limit is of the key, and not of the model that was asked: Anthropic "your account's rate limit", Mistral
    // "Requests rate limit exceeded" for a workspace, gateways "this key". A message that names a model is about that one.
    private static readonly string[] s_keyLimitWords =
        ["account's rate limit", "account rate limit", "requests rate limit exceeded", "api key", "this key"];

    // Gemini answers a key that it does not know with 400.
    private static readonly string[] s_keyWords =
    [
        "api key not valid",
        "api_key_invalid",
        "invalid api key",
        "invalid_api_key",
        "incorrect api key",
        "authentication",
        "unauthorized",
        "permission_error",
        "permission denied",
    ];

    // What only money helps against. Gemini calls its limits by the minute a quota too, and then names how long to wait.
    private static readonly string[] s_moneyWords =
    [
        "insufficient_quota",
        "insufficient balance",
        "insufficient_balance",
        "insufficient credit",
        "insufficient funds",
        "credit balance is too low",
        "exceeded your current quota",
        "billing",
        "payment required",
        "arrear",
        "out of credits",
        "余额不足",
        "欠费",
    ];

    private static readonly string[] s_rateWords =
    [
        "rate limit", "rate_limit", "ratelimit", "too many requests", "resource_exhausted", "resource exhausted", "slow down", "quota",
        "throttl",
    ];

    private static readonly string[] s_busyWords =
        ["overloaded", "no capacity", "at capacity", "server is busy", "try again later", "service unavailable", "temporarily unavailable"];

    private static readonly string[] s_requestWords =
    [
        "invalid_request", "not_found", "invalid_argument", "invalid argument", "bad_request", "bad request", "invalid params",
        "badrequest",
    ];

    /// <summary>Whether a limit is of the key.</summary>
    public static bool OfKeyLimit(string message) =>
        Has(message, s_keyLimitWords) && !message.Contains("model:", StringComparison.OrdinalIgnoreCase);

    /// <summary>The code of a refusal, and whether the same request may succeed later.</summary>
    public static (string Code, bool Retryable) Classify(int status, string type, string message, bool namesWait)
    {
        var isTooLong = Has(type, s_contextWords) || Has(message, s_contextWords);
        var isMoney = Has(type, s_moneyWords) || Has(message, s_moneyWords);
        return status switch
        {
            402 => (ProviderErrorCode.RateLimited, false),
            400 when Has(message, s_keyWords) || Has(type, s_keyWords) => (ProviderErrorCode.CredentialInvalid, false),
            // An empty account is told by many a status, and waiting does not fill it.
            400 or 403 when isMoney => (ProviderErrorCode.RateLimited, false),
            401 or 403 => (ProviderErrorCode.CredentialInvalid, false),
            413 => (ProviderErrorCode.ContextTooLong, false),
            408 or 504 => (ProviderErrorCode.Timeout, true),
            429 => (ProviderErrorCode.RateLimited, type != "insufficient_quota" && (!isMoney || namesWait)),
            503 or 529 => (ProviderErrorCode.Overloaded, true),
            >= 500 when isTooLong => (ProviderErrorCode.ContextTooLong, false),
            409 or 425 or >= 500 => (ProviderErrorCode.Unavailable, true),
            _ when isTooLong => (ProviderErrorCode.ContextTooLong, false),
            _ => (ProviderErrorCode.InvalidRequest, false),
        };
    }

    /// <summary>The status that a refusal inside of an answer would have had.</summary>
    public static int StatusOf(string type, int? number, string message)
    {
        if (number is >= 400 and < 600 and var status)
            return status;
        if (int.TryParse(type, out var text) && text is >= 400 and < 600)
            return text;
        var known = type switch
        {
            "authentication_error" or "permission_error" => 401,
            "invalid_request_error" or "not_found_error" or "context_length_exceeded" => 400,
            "request_too_large" => 413,
            "rate_limit_error" or "rate_limit_exceeded" or "insufficient_quota" => 429,
            "timeout_error" => 504,
            "overloaded_error" => 529,
            _ => 0,
        };
        if (known > 0)
            return known;
        return Has(type, s_moneyWords) || Has(message, s_moneyWords) ? 402
            : Has(type, s_rateWords) || Has(message, s_rateWords) ? 429
            : Has(type, s_keyWords) || Has(message, s_keyWords) ? 401
            : Has(type, s_contextWords) || Has(message, s_contextWords) || Has(type, s_requestWords) || Has(message, s_requestWords) ? 400
            : Has(type, s_busyWords) || Has(message, s_busyWords) ? 503
            : 500;
    }

    private static bool Has(string text, string[] words) =>
        Array.Exists(words, word => text.Contains(word, StringComparison.OrdinalIgnoreCase));
}
