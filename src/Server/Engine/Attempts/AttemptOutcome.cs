namespace Koda.Server.Engine.Attempts;

/// <summary>How an attempt ended.</summary>
internal enum AttemptOutcome
{
    Succeeded,
    Failed,
    Suspended,
    Paused,
    Cancelled,

    /// <summary>The worker gave it back because it leaves.</summary>
    Drained,

    /// <summary>The worker gave it back because the provider asked for a long pause.</summary>
    CooledDown,

    /// <summary>The worker gave the offer back.</summary>
    Declined,

    /// <summary>The worker did not take the offer in time.</summary>
    OfferExpired,

    LeaseExpired,

    /// <summary>The worker went away before it took the offer.</summary>
    WorkerGone,
}
