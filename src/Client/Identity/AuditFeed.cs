using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Identity;

/// <summary>The feed of the audit stream, which has no end.</summary>
internal sealed class AuditFeed(AuditService.AuditServiceClient service, WatchAuditRequest filter) : IFeedSource<AuditEvent>
{
    public AsyncServerStreamingCall<AuditEvent> Open(long after, CallOptions options)
    {
        var request = filter.Clone();
        request.AfterSeq = after;
        return service.WatchAudit(request, options);
    }

    public long PositionOf(AuditEvent item) => item.Seq;

    public Task<bool> HasEnded(FeedEnd<AuditEvent> end, CancellationToken cancellationToken) => Task.FromResult(false);
}
