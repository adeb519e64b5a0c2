namespace Koda.Providers;

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
