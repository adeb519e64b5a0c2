namespace Grpc.Core;

/// <summary>Carries the deadline and the cancellation of a handled call to the calls that its handler makes.</summary>
public class ContextPropagationToken
{
    internal ContextPropagationToken(DateTime? deadline, CancellationToken cancellationToken)
    {
        Deadline = deadline;
        CancellationToken = cancellationToken;
    }

    /// <summary>The inherited deadline in UTC, or null.</summary>
    internal DateTime? Deadline { get; }

    internal CancellationToken CancellationToken { get; }
}
