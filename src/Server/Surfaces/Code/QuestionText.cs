using Koda.Server.Engine.Conversations;

namespace Koda.Server.Surfaces.Code;

/// <summary>How permissions are asked for.</summary>
internal static class QuestionText
{
    public static readonly IReadOnlyList<string> PermissionOptions = [AnswerQuestion.Once, AnswerQuestion.Always, AnswerQuestion.Reject];

    public static string OfPermission(string tool) => $"May the agent run {tool}?";
}
