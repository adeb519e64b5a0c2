using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Idempotency;

/// <summary>What became of the claim to a key.</summary>
/// <param name="Outcome">Whether to do the work.</param>
/// <param name="Response">With <see cref="ClaimOutcome.Replay"/>, the answer given the first time.</param>
internal sealed record IdempotencyClaim(ClaimOutcome Outcome, byte[]? Response = null)
{
    /// <summary>The refusal that a conflicting or running claim amounts to; null when the work is to be done, or was done.</summary>
    public EngineException? Refusal() =>
        Outcome switch
        {
            ClaimOutcome.Conflict => new EngineException(
                ErrorReason.IdempotencyConflict,
                "This idempotency key was used for another request."),
            ClaimOutcome.InProgress => new EngineException(
                ErrorReason.IdempotencyInProgress,
                "The request with this idempotency key is still running.",
                retryAfter: TimeSpan.FromSeconds(1)),
            _ => null,
        };
}

internal enum ClaimOutcome
{
    /// <summary>The key is the caller's: do the work, then complete the key.</summary>
    Claimed,

    /// <summary>The work was done: give the stored answer.</summary>
    Replay,

    /// <summary>The key belongs to another request.</summary>
    Conflict,

    /// <summary>The same request is being worked on.</summary>
    InProgress,
}
