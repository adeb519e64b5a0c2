using Koda.Protos.Common.V1;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Approvals;

/// <summary>A person's answer. An empty digest is not compared.</summary>
internal sealed record ApprovalAnswer(Guid ApprovalId, bool Approve, ApprovalScope Scope, string Rationale, string Digest, string Principal)
{
    public ApprovalState State => Approve ? ApprovalState.Approved : ApprovalState.Denied;

    /// <summary>The text with which a question is answered.</summary>
    public string Response { get; init; } = "";
}

/// <summary>Answers a question, through any server, whether or not the worker that asked it still lives. The first answer stands.</summary>
internal sealed class AnswerApproval(Database database, IApprovalListener listener)
{
    private const int MaxRationale = 500;
    private const int MaxResponse = 32 * 1024;

    /// <exception cref="EngineException">APPROVAL_NOT_FOUND, APPROVAL_ALREADY_ANSWERED, APPROVAL_EXPIRED, TASK_STATE_CONFLICT,
    /// INVALID_REQUEST.</exception>
    public Task<ApprovalRecord> Execute(ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Rationale.Length > MaxRationale)
            throw EngineException.InvalidField("rationale", $"At most {MaxRationale} characters.");
        if (answer.Response.Length > MaxResponse)
            throw EngineException.InvalidField("response", $"At most {MaxResponse} characters.");
        return database.InTransaction((transaction, token) => Answer(transaction, answer, token), cancellationToken);
    }

    private async Task<ApprovalRecord> Answer(Transaction transaction, ApprovalAnswer answer, CancellationToken cancellationToken)
    {
        var asked = await ApprovalStore.Get(transaction.Connection, answer.ApprovalId, cancellationToken) ?? throw GetApproval.NotFound();
        if (answer.Approve && asked.Purpose == ApprovalPurpose.Question && answer.Response.Length == 0)
            throw EngineException.InvalidField("response", "A question is answered with a text.");
        if (answer.Digest.Length > 0 && answer.Digest != asked.Digest)
            throw EngineException.InvalidField("digest", "The action is not the one that was looked at.");
        var waiters = await listener.Lock(transaction, [asked.TaskId], cancellationToken);
        var answered = await ApprovalStore.Answer(transaction, answer, cancellationToken);
        if (answered is null)
        {
            var standing = await ApprovalStore.Get(transaction.Connection, answer.ApprovalId, cancellationToken);
            return IsSame(standing!, answer) ? standing! : throw Refusal(standing!);
        }
        waiters.Answered(answered, answer.Principal);
        await waiters.Save(cancellationToken);
        return answered;
    }

    private static bool IsSame(ApprovalRecord standing, ApprovalAnswer answer) =>
        standing.State == answer.State && standing.Scope == answer.Scope && standing.Response == answer.Response;

    private static EngineException Refusal(ApprovalRecord standing) => standing.State switch
    {
        // Still pending when its time is over: the next sweep expires it.
        ApprovalState.Expired or ApprovalState.Pending =>
            new EngineException(ErrorReason.ApprovalExpired, "Nobody answered in time, which denied the action."),
        ApprovalState.Cancelled => new EngineException(ErrorReason.TaskStateConflict, "The task ended before an answer."),
        _ => new EngineException(
            ErrorReason.ApprovalAlreadyAnswered,
            $"The action was {EnumText<ApprovalState>.Of(standing.State)} by {standing.AnsweredBy}.",
            new Dictionary<string, string>
            {
                ["state"] = EnumText<ApprovalState>.Of(standing.State),
                ["scope"] = EnumText<ApprovalScope>.Of(standing.Scope),
                ["answered_by"] = standing.AnsweredBy,
            }),
    };
}
