using Grpc.Core;
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
        await context.UntilDraining("event", async ending =>
        {
            await foreach (var entry in watchAudit.Execute(filter, request.AfterSeq, ending))
                await replies.WriteAsync(AuditViews.From(entry), ending);
        });
    }
}
