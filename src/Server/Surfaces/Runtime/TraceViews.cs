using Koda.Server.Engine.Tasks;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>The runtime API's view of a whole trace.</summary>
internal static class TraceViews
{
    public static Wire.Trace From(TaskRecord task, IReadOnlyList<Wire.TraceStep> steps)
    {
        var calls = steps.Where(step => step.Kind == Wire.TraceStepKind.ProviderCall).Select(step => step.ProviderCall).ToArray();
        return new Wire.Trace
        {
            TaskId = PublicId.Task(task.Id),
            AgentId = task.AgentId,
            Status = TaskViews.Status(task.State),
            Steps = { steps },
            Totals = new Wire.TraceTotals
            {
                TokensIn = calls.Sum(call => call.Usage?.InputTokens ?? 0),
                TokensOut = calls.Sum(call => call.Usage?.OutputTokens ?? 0),
                CostUsd = calls.Sum(call => call.Usage?.CostUsd ?? 0),
                LatencyMs = calls.Sum(call => call.LatencyMs),
            },
        };
    }
}
