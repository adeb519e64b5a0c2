namespace Koda.Server.Engine.RateLimits;

/// <summary>What a caller has used of a budget, this call included.</summary>
/// <param name="Used">How many calls are in the window that ends now.</param>
/// <param name="Refusal">Whether the call is refused, and was not counted then.</param>
/// <param name="Left">When the oldest of them leaves the window, so that another may be made.</param>
internal sealed record RateCount(int Used, RateRefusal Refusal, TimeSpan Left);

/// <summary>What becomes of a call.</summary>
internal enum RateRefusal : short
{
    /// <summary>It is let in.</summary>
    None = 0,

    /// <summary>It is refused, and none was in the window before.</summary>
    First = 1,

    /// <summary>It is refused as others were.</summary>
    Repeated = 2,
}
