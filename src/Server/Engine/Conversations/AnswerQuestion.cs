using Koda.Protos.Common.V1;
using Koda.Server.Engine.Approvals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Answers a question of a conversation's turn: a permission by one of three words, a question of the model by any text.</summary>
internal sealed class AnswerQuestion(Database database, AnswerApproval answerApproval)
{
    public const string Once = "once";
    public const string Always = "always";
    public const string Reject = "reject";

    /// <exception cref="EngineException"> APPROVAL_NOT_FOUND: the conversation has no such question. APPROVAL_ALREADY_ANSWERED,
    /// APPROVAL_EXPIRED, TASK_STATE_CONFLICT, INVALID_REQUEST.
    /// </exception>
    public async Task Execute(Guid id, Guid questionId, string response, string principal, CancellationToken cancellationToken)
    {
        var asked = await database.Read((connection, token) => ApprovalStore.FindIn(connection, id, questionId, token), cancellationToken)
            ?? throw new EngineException(ErrorReason.ApprovalNotFound, "The session has no question with this id.");
        await answerApproval.Execute(Answer(asked, response, principal), cancellationToken);
    }

    private static ApprovalAnswer Answer(ApprovalRecord asked, string response, string principal)
    {
        if (asked.Purpose == ApprovalPurpose.Question)
        {
            return response.Length > 0
                ? new ApprovalAnswer(asked.Id, Approve: true, ApprovalScope.Once, "", "", principal)
                {
                    Response = StorableText.Of(response),
                }
                : throw EngineException.InvalidField("response", "must not be empty");
        }
        return response switch
        {
            Once => new ApprovalAnswer(asked.Id, Approve: true, ApprovalScope.Once, "", "", principal),
            Always => new ApprovalAnswer(asked.Id, Approve: true, ApprovalScope.Always, "", "", principal),
            Reject => new ApprovalAnswer(asked.Id, Approve: false, ApprovalScope.Once, "", "", principal),
            _ => throw EngineException.InvalidField("response", "must be once, always or reject"),
        };
    }
}
