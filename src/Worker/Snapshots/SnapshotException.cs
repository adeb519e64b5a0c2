namespace Koda.Worker.Snapshots;

/// <summary>A snapshot could not be taken, restored or compared. Nothing was lost.</summary>
internal sealed class SnapshotException(string message, bool retryable = false) : Exception(message)
{
    /// <summary>Whether trying again may help.</summary>
    public bool Retryable { get; } = retryable;
}
