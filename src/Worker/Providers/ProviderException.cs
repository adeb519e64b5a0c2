namespace Koda.Worker.Providers;

/// <summary>A model call that gave no answer.</summary>
/// <param name="code">One of <see cref="ProviderErrorCode"/>.</param>
/// <param name="message">What happened, without credentials.</param>
/// <param name="retryable">Whether the same request may succeed later.</param>
/// <param name="retryAfter">How long the provider asks to wait.</param>
/// <param name="innerException">What failed underneath.</param>
internal sealed class ProviderException(
    string code, string message, bool retryable, TimeSpan? retryAfter = null, Exception? innerException = null)
    : Exception(message, innerException)
{
    public string Code { get; } = code;

    public bool Retryable { get; } = retryable;

    public TimeSpan? RetryAfter { get; } = retryAfter;
}

/// <summary>The codes of failed model calls.</summary>
internal static class ProviderErrorCode
{
    public const string CredentialInvalid = "provider.credential_invalid";
    public const string RateLimited = "provider.rate_limited";
    public const string Overloaded = "provider.overloaded";
    public const string Unavailable = "provider.unavailable";
    public const string InvalidRequest = "provider.invalid_request";
    public const string ContextTooLong = "provider.context_too_long";
    public const string MalformedResponse = "provider.malformed_response";
    public const string StreamCut = "provider.stream_cut";
    public const string Timeout = "provider.timeout";
}
