using Grpc.Core;
using Koda.Server.Engine.Overview;
using Koda.Server.Http;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows the runs of every kind.</summary>
internal sealed class RunService(ListRuns listRuns, GetRun getRun, WatchRuns watchRuns) : Wire.RunService.RunServiceBase
{
    public override async Task<Wire.ListRunsResponse> ListRuns(Wire.ListRunsRequest request, ServerCallContext context)
    {
        var (state, awaitsApproval) = RunViews.Filter(request.State);
        var filter = new RunFilter
        {
            Kind = RunViews.Kind(request.Kind),
            State = state,
            AwaitsApproval = awaitsApproval,
            AgentId = request.AgentId,
            Since = request.Since?.ToDateTime(),
            Until = request.Until?.ToDateTime(),
        };
        var found = await listRuns.Execute(filter, request.Limit, request.Cursor, context.CancellationToken);
        return new Wire.ListRunsResponse
        {
            Items = { found.Page.Items.Select(RunViews.From) },
            NextCursor = found.Page.NextCursor ?? "",
            Position = found.Position,
        };
    }

    public override async Task<Wire.RunDetails> GetRun(Wire.GetRunRequest request, ServerCallContext context)
    {
        var (run, children) = await getRun.Execute(RunViews.Id(request.RunId), context.CancellationToken);
        return new Wire.RunDetails { Run = RunViews.From(run), Children = { children.Select(RunViews.From) } };
    }

    public override async Task WatchRuns(
        Wire.WatchRunsRequest request, IServerStreamWriter<Wire.RunChanges> replies, ServerCallContext context)
    {
        if (request.AfterPosition < 0)
            throw RpcFault.Invalid([new FieldFault("after_position", "must not be negative")]);
        var filter = new RunFilter { Kind = RunViews.Kind(request.Kind), AgentId = request.AgentId };
        await context.UntilDraining("position", async ending =>
        {
            await foreach (var changes in watchRuns.Execute(filter, request.AfterPosition, ending))
            {
                await replies.WriteAsync(
                    new Wire.RunChanges { Items = { changes.Runs.Select(RunViews.From) }, Position = changes.Position }, ending);
            }
        });
    }
}
