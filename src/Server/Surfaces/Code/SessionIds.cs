using Koda.Protos.Common.V1;
using Koda.Server.Engine;

namespace Koda.Server.Surfaces.Code;

/// <summary>The ids of coding sessions. What cannot be an id names nothing that exists.</summary>
internal static class SessionIds
{
    private const string Permission = "q-";
    private const string Question = "uq-";

    /// <exception cref="EngineException">CONVERSATION_NOT_FOUND.</exception>
    public static Guid Session(string text) => Guid.TryParseExact(text, "D", out var id)
        ? id
        : throw new EngineException(ErrorReason.ConversationNotFound, $"No session has the id '{text}'.");

    /// <summary>A turn's id as a ULID.</summary>
    public static string Operation(Guid id) => Base32Id.Format("", id).ToUpperInvariant();

    /// <exception cref="EngineException">TURN_NOT_FOUND.</exception>
    public static Guid Operation(string text) => Base32Id.TryParse("", text.ToLowerInvariant(), out var id)
        ? id
        : throw new EngineException(ErrorReason.TurnNotFound, $"The session has no turn '{text}'.");

    /// <summary>Questions of the model are told from permissions by their prefix.</summary>
    public static string Approval(Guid id, bool isQuestion) => Base32Id.Format(isQuestion ? Question : Permission, id);

    /// <exception cref="EngineException">APPROVAL_NOT_FOUND.</exception>
    public static Guid Approval(string text) => Base32Id.TryParse(Permission, text, out var id) || Base32Id.TryParse(Question, text, out id)
        ? id
        : throw new EngineException(ErrorReason.ApprovalNotFound, $"The session has no question '{text}'.");
}
