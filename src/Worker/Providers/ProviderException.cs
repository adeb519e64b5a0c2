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

    /// <summary>The part of the request that the provider names as the cause. Empty: none.</summary>
    public string Parameter { get; init; } = "";

    /// <summary>The limit that was met is of the key, whichever model is asked.</summary>
    public bool ConcernsKey { get; init; }
}
