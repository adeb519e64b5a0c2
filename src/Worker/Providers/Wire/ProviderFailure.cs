using System.Net;
using System.Text.Json;

namespace Koda.Worker.Providers.Wire;

/// <summary>Turns what providers say of failures into coded exceptions.</summary>
internal static class ProviderFailure
{
    /// <summary>A failure told by a status, before any answer.</summary>
    public static ProviderException FromStatus(HttpStatusCode status, string body, TimeSpan? retryAfter)
    {
        var refusal = ProviderRefusal.FromStatus((int)status, body);
        return new ProviderException(refusal.Code, refusal.Message, refusal.Retryable, retryAfter) { ConcernsKey = refusal.ConcernsKey };
    }

    /// <summary>A failure told inside a stream, by an error object of the provider.</summary>
    public static ProviderException FromStream(JsonElement error)
    {
        var refusal = ProviderRefusal.FromStream(error);
        return new ProviderException(refusal.Code, refusal.Message, refusal.Retryable);
    }

    public static ProviderException Malformed(string what, Exception? cause = null) =>
        new(ProviderErrorCode.MalformedResponse, $"The provider sent something that is not an answer: {what}", retryable: true, innerException: cause);

    public static ProviderException Cut(Exception? cause = null) =>
        new(ProviderErrorCode.StreamCut, "The provider's answer broke off before its end.", retryable: true, innerException: cause);
}
