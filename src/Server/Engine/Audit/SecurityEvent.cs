namespace Koda.Server.Engine.Audit;

/// <summary>A security-relevant act, done or refused.</summary>
/// <param name="Kind">Begins with <c>security.</c>, such as <c>security.auth.login_success</c>.</param>
/// <param name="Target">What it was done to, such as <c>agent:atlas</c>; empty when the kind says it all.</param>
/// <param name="Outcome">Whether it was done.</param>
internal sealed record SecurityEvent(string Kind, string Target, SecurityOutcome Outcome = SecurityOutcome.Success)
{
    /// <summary>Further facts. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Details { get; init; } = new Dictionary<string, string>();
}

internal enum SecurityOutcome
{
    Success,
    Failure,
    Denied,
}
