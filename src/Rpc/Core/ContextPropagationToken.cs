namespace Grpc.Core;

/// <summary>Carries the deadline and the cancellation of a handled call to the calls that its handler makes.</summary>
public abstract class ContextPropagationToken
{
    internal ContextPropagationToken() { }

    /// <summary>The inherited deadline in UTC, or null.</summary>
    internal abstract DateTime? Deadline { get; }

    internal abstract CancellationToken CancellationToken { get; }
}
