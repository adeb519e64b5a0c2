namespace Koda.Server.Infrastructure.Http;

/// <summary>A request that got no answer.</summary>
internal sealed class GuardedHttpException(GuardedHttpProblem problem, string message, Exception? innerException = null)
    : Exception(message, innerException)
{
    public GuardedHttpProblem Problem { get; } = problem;
}

/// <summary>Why a request got no answer.</summary>
internal enum GuardedHttpProblem
{
    /// <summary>The address is one that may not be asked; nothing was sent.</summary>
    AddressRefused,

    /// <summary>No connection, or one that broke.</summary>
    Unreachable,

    /// <summary>No whole answer in time.</summary>
    Timeout,

    /// <summary>An answer that is larger than allowed.</summary>
    TooLarge,
}
