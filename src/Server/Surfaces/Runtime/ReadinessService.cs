using Grpc.Core;
using Koda.Server.Engine.Dispatch;
using Koda.Server.Engine.Readiness;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Says whether the runtime takes work.</summary>
internal sealed class ReadinessService(CheckReadiness checkReadiness, IDispatcherState dispatcher)
    : Wire.ReadinessService.ReadinessServiceBase
{
    private static readonly string s_version = typeof(ReadinessService).Assembly.GetName().Version!.ToString(fieldCount: 3);

    public override async Task<Wire.Readiness> GetReadiness(Wire.GetReadinessRequest request, ServerCallContext context)
    {
        var parts = await checkReadiness.Execute(context.CancellationToken);
        var isReady = parts.All(part => part.IsOk);
        return new Wire.Readiness
        {
            Ready = isReady,
            Status = isReady ? "ok" : "unavailable",
            Reasons = { parts.Where(part => !part.IsOk).Select(part => part.Reason) },
            Checks = { parts.Select(part => new Wire.ReadinessCheck { Name = part.Name, Ok = part.IsOk, Detail = part.Detail }) },
            Version = s_version,
            ConnectedWorkers = dispatcher.ConnectedWorkers,
        };
    }
}
