namespace Koda.Client.Calls;

/// <summary>Whether a call may be made again when its outcome is unknown.</summary>
internal enum Repeat
{
    /// <summary>Made twice, it could do something twice.</summary>
    Never,

    /// <summary>It reads, is idempotent, or carries an idempotency key.</summary>
    WhenSafe,
}
