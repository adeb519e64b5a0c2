using System.Net;
using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Turns what providers say of failures into coded exceptions.</summary>
internal static class ProviderFailure
{
    /// <summary>A failure told by a status, before any answer.</summary>
    /// <param name="status">The status.</param>
    /// <param name="body">What the provider said.</param>
    /// <param name="retryAfter">How long its headers ask to wait.</param>
    public static ProviderException FromStatus(HttpStatusCode status, string body, TimeSpan? retryAfter) =>
        Of(ProviderRefusal.FromStatus((int)status, body, retryAfter is not null), retryAfter);

    /// <summary>The failure that a piece of an answer tells of. Null: it tells of none.</summary>
    public static ProviderException? Told(JsonElement piece) => ProviderRefusal.Told(piece) is { } refusal ? Of(refusal) : null;

    /// <summary>A failure told inside of an answer by an event that is one, whatever it holds.</summary>
    public static ProviderException FromEvent(string data) => Of(ProviderRefusal.FromText(data));

    /// <summary>What is said in place of JSON, as people read it.</summary>
    public static string WordsOf(string text) => ProviderRefusal.WordsOf(text);

    private static ProviderException Of(ProviderRefusal refusal, TimeSpan? retryAfter = null) =>
        new(refusal.Code, refusal.Message, refusal.Retryable, retryAfter ?? refusal.Wait)
        {
            ConcernsKey = refusal.ConcernsKey,
            Parameter = refusal.Parameter,
        };

    public static ProviderException Malformed(string what, Exception? cause = null, bool retryable = true) =>
        new(
            ProviderErrorCode.MalformedResponse,
            $"The provider sent something that is not an answer: {what}",
            retryable,
            innerException: cause);

    public static ProviderException Cut(Exception? cause = null) =>
        new(ProviderErrorCode.StreamCut, "The provider's answer broke off before its end.", retryable: true, innerException: cause);
}
