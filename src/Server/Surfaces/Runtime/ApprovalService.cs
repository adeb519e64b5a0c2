using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Approvals;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Lists and answers actions that wait for a person.</summary>
internal sealed class ApprovalService(ListApprovals listApprovals, GetApproval getApproval, AnswerApproval answerApproval)
    : Wire.ApprovalService.ApprovalServiceBase
{
    public override async Task<Wire.ListApprovalsResponse> ListApprovals(Wire.ListApprovalsRequest request, ServerCallContext context)
    {
        Guid? task = request.TaskId.Length == 0 ? null : IdReading.Task(request.TaskId);
        var page = await listApprovals.Execute(
            ApprovalViews.Filter(request.State), task, request.Limit, request.Cursor, context.CancellationToken);
        var reply = new Wire.ListApprovalsResponse { Items = { page.Items.Select(ApprovalViews.From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override async Task<Wire.Approval> GetApproval(Wire.GetApprovalRequest request, ServerCallContext context) =>
        ApprovalViews.From(await getApproval.Execute(IdReading.Approval(request.ApprovalId), context.CancellationToken));

    public override async Task<Wire.Approval> AnswerApproval(Wire.AnswerApprovalRequest request, ServerCallContext context)
    {
        if (request.Decision is not (Wire.ApprovalDecision.Approve or Wire.ApprovalDecision.Deny))
            throw RpcFault.Invalid([new FieldFault("decision", "must be approve or deny")]);
        var answer = new ApprovalAnswer(
            IdReading.Approval(request.ApprovalId),
            Approve: request.Decision == Wire.ApprovalDecision.Approve,
            request.Scope == Wire.ApprovalScope.Always ? ApprovalScope.Always : ApprovalScope.Once,
            request.Rationale,
            request.Digest,
            context.GetPrincipal().Id);
        return ApprovalViews.From(await answerApproval.Execute(answer, context.CancellationToken));
    }
}
