using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Overview;
using Koda.Server.Http;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows and answers what waits for a person.</summary>
internal sealed class InboxService(ListInbox listInbox, AnswerApproval answerApproval) : Wire.InboxService.InboxServiceBase
{
    private const string Prefix = "apr_";

    public override async Task<Wire.ListInboxResponse> ListInbox(Wire.ListInboxRequest request, ServerCallContext context)
    {
        var page = await listInbox.Execute(request.AgentId, request.Limit, request.Cursor, context.CancellationToken);
        return new Wire.ListInboxResponse { Items = { page.Items.Select(From) }, NextCursor = page.NextCursor ?? "" };
    }

    public override async Task<Wire.InboxAnswer> AnswerInboxItem(Wire.AnswerInboxItemRequest request, ServerCallContext context)
    {
        if (request.Decision is not (Wire.InboxDecision.Approve or Wire.InboxDecision.Deny))
            throw RpcFault.Invalid([new FieldFault("decision", "must be approve or deny")]);
        var answer = new ApprovalAnswer(
            Base32Id.TryParse(Prefix, request.ItemId, out var id) ? id : throw GetApproval.NotFound(),
            Approve: request.Decision == Wire.InboxDecision.Approve,
            request.Always ? ApprovalScope.Always : ApprovalScope.Once,
            request.Rationale,
            request.Digest,
            context.GetPrincipal().Id)
        {
            Response = request.Response,
        };
        var answered = await answerApproval.Execute(answer, context.CancellationToken);
        return new Wire.InboxAnswer
        {
            Id = Base32Id.Format(Prefix, answered.Id),
            Approved = answered.State == ApprovalState.Approved,
            AnsweredBy = answered.AnsweredBy,
            AnsweredAt = answered.AnsweredAt is { } at ? Timestamp.FromDateTimeOffset(at) : null,
        };
    }

    private static Wire.InboxItem From(InboxItem item) => new()
    {
        Id = Base32Id.Format(Prefix, item.Asked.Id),
        Purpose = item.Asked.Purpose == ApprovalPurpose.Question ? Wire.InboxPurpose.Question : Wire.InboxPurpose.Permission,
        RunId = RunViews.PublicId(item.Run.Id),
        RunKind = RunViews.Kind(item.Run.Kind),
        AgentId = item.Asked.AgentId,
        TaskId = RunViews.TaskId(item.Run.Kind, item.Run.Id),
        SessionId = RunViews.SessionId(item.Run.Kind, item.Run.StreamId),
        Title = item.Run.Title,
        Tool = item.Asked.Tool,
        Arguments = item.Asked.Arguments,
        Preview = item.Asked.Preview,
        Risk = item.Asked.Risk,
        Digest = item.Asked.Digest,
        Options = { item.Asked.Options },
        Multiple = item.Asked.Multiple,
        AlwaysPattern = item.Asked.AlwaysPattern,
        CreatedAt = Timestamp.FromDateTimeOffset(item.Asked.CreatedAt),
        ExpiresAt = Timestamp.FromDateTimeOffset(item.Asked.ExpiresAt),
    };
}
