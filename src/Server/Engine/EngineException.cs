using Koda.Protos.Common.V1;

namespace Koda.Server.Engine;

/// <summary>A refusal or failure that the caller can act on. Every surface writes it in its own dialect.</summary>
internal sealed class EngineException(
    ErrorReason reason,
    string message,
    IReadOnlyDictionary<string, string>? details = null,
    TimeSpan? retryAfter = null,
    Exception? innerException = null) : Exception(message, innerException)
{
    /// <summary>The entry of the error catalogue; it decides the gRPC code, the HTTP status and the machine code.</summary>
    public ErrorReason Reason { get; } = reason;

    /// <summary>Facts for the caller, such as the faulty field or the answer that stands. Never a secret.</summary>
    public IReadOnlyDictionary<string, string> Details { get; } = details ?? new Dictionary<string, string>();

    /// <summary>How long to wait before the same call may succeed; null when waiting is no remedy.</summary>
    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>A request that is refused for what some of its fields say.</summary>
    /// <param name="refusal">What cannot be done, without a full stop.</param>
    /// <param name="faults">What is wrong, by field.</param>
    public static EngineException Invalid(string refusal, IReadOnlyDictionary<string, string> faults) =>
        new(
            ErrorReason.InvalidRequest,
            $"{refusal}: {string.Join("; ", faults.Select(fault => $"{fault.Key}: {fault.Value.TrimEnd('.')}"))}.",
            faults);

    /// <summary>A request that is refused for what one field says.</summary>
    /// <param name="field">The field, as the caller names it.</param>
    /// <param name="problem">What is wrong: a sentence, or what follows the field's name, without a full stop.</param>
    public static EngineException InvalidField(string field, string problem) => new(
        ErrorReason.InvalidRequest,
        problem.EndsWith('.') ? problem : $"{field} {problem}.",
        new Dictionary<string, string> { [field] = problem });
}
