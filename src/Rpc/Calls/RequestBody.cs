using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>The requests of one call, which each of its attempts sends.</summary>
internal abstract class RequestBody
{
    /// <summary>Whether all that was sent so far is still there to be sent again.</summary>
    public abstract bool CanReplay { get; }

    /// <summary>The content of the next attempt.</summary>
    public abstract HttpContent CreateContent();

    /// <summary>Says that there will be no other attempt.</summary>
    public abstract void Commit();

    /// <summary>Says that the call has ended.</summary>
    public abstract void End(Status status);

    protected static void SetContentType(HttpContent content) =>
        content.Headers.TryAddWithoutValidation("Content-Type", Wire.WireNames.ContentType);
}
