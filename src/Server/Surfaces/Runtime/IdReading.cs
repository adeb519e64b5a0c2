using Koda.Protos.Common.V1;
using Koda.Server.Engine;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>
/// Reads the ids that callers send. The payloads of events, which are shown as they were hashed, name things by their bare UUID, so that is
/// read as well. What cannot be an id names nothing that exists.
/// </summary>
internal static class IdReading
{
    /// <exception cref="EngineException">TASK_NOT_FOUND.</exception>
    public static Guid Task(string text) => PublicId.TryTask(text, out var id) || Guid.TryParseExact(text, "D", out id)
        ? id
        : throw new EngineException(ErrorReason.TaskNotFound, $"No task has the id '{text}'.");

    /// <exception cref="EngineException">APPROVAL_NOT_FOUND.</exception>
    public static Guid Approval(string text) => PublicId.TryApproval(text, out var id) || Guid.TryParseExact(text, "D", out id)
        ? id
        : throw new EngineException(ErrorReason.ApprovalNotFound, $"No approval has the id '{text}'.");
}
