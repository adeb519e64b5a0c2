using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Operations;

/// <summary>The feed of all root runs, which has no end.</summary>
internal sealed class RunFeed(RunService.RunServiceClient service, WatchRunsRequest filter) : IFeedSource<RunChanges>
{
    public AsyncServerStreamingCall<RunChanges> Open(long after, CallOptions options)
    {
        var request = filter.Clone();
        request.AfterPosition = after;
        return service.WatchRuns(request, options);
    }

    public long PositionOf(RunChanges item) => item.Position;

    public Task<bool> HasEnded(FeedEnd<RunChanges> end, CancellationToken cancellationToken) => Task.FromResult(false);
}
