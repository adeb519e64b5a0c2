using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http;
using Koda.Server.Engine.Audit;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows the audit stream.</summary>
internal sealed class AuditService(ListAudit listAudit, WatchAudit watchAudit) : Wire.AuditService.AuditServiceBase
{
    public override async Task<Wire.ListAuditResponse> ListAudit(Wire.ListAuditRequest request, ServerCallContext context)
    {
        var filter = new AuditFilter(request.Kind, AuditViews.Outcome(request.Outcome))
        {
            Since = request.Since?.ToDateTime(),
            Until = request.Until?.ToDateTime(),
        };
        var page = await listAudit.Execute(filter, request.Limit, request.Cursor, context.CancellationToken);
        return new Wire.ListAuditResponse { Items = { page.Items.Select(AuditViews.From) }, NextCursor = page.NextCursor ?? "" };
    }

    public override async Task WatchAudit(
        Wire.WatchAuditRequest request, IServerStreamWriter<Wire.AuditEvent> replies, ServerCallContext context)
    {
        if (request.AfterSeq < 0)
            throw RpcFault.Invalid([new FieldFault("after_seq", "must not be negative")]);
        var filter = new AuditFilter(request.Kind, AuditViews.Outcome(request.Outcome));
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, context.GetDraining());
        try
        {
            await foreach (var entry in watchAudit.Execute(filter, request.AfterSeq, ending.Token))
                await replies.WriteAsync(AuditViews.From(entry), ending.Token);
        }
        catch (OperationCanceledException)
            when (context.GetDraining().IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            throw new RpcFault(ErrorReason.Unavailable, "The server is shutting down; go on from the last event.");
        }
    }
}
