using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Engine.Connections;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows how integrations fare.</summary>
internal sealed class IntegrationService(ReadHealth readHealth) : Wire.IntegrationService.IntegrationServiceBase
{
    public override async Task<Wire.IntegrationHealth> GetIntegrationHealth(
        Wire.GetIntegrationHealthRequest request, ServerCallContext context)
    {
        var health = await readHealth.Execute(request.IntegrationId, request.Limit, request.Cursor, context.CancellationToken);
        var reply = new Wire.IntegrationHealth
        {
            IntegrationId = health.IntegrationId,
            Status = health.Latest switch
            {
                null => Wire.HealthStatus.Unknown,
                { Verified: true } => Wire.HealthStatus.Healthy,
                _ => Wire.HealthStatus.Unhealthy,
            },
            Latest = health.Latest is { } latest ? Snapshot(latest) : null,
            Items = { health.Snapshots.Items.Select(Snapshot) },
        };
        if (health.Snapshots.NextCursor is { } next)
            reply.NextCursor = next;
        return reply;
    }

    private static Wire.HealthSnapshot Snapshot(HealthSnapshot snapshot)
    {
        var view = new Wire.HealthSnapshot
        {
            Id = snapshot.Id.ToString(),
            CheckedAt = Timestamp.FromDateTime(snapshot.CheckedAt),
            Trigger = snapshot.Trigger,
            Verified = snapshot.Verified,
            CheckedVia = snapshot.CheckedVia,
            LatencyMs = snapshot.LatencyMs,
            AccountLabel = snapshot.AccountLabel,
            PlanLabel = snapshot.PlanLabel,
            ModelCount = snapshot.ModelCount,
        };
        if (!snapshot.Verified)
            (view.ErrorCode, view.Error) = (snapshot.ErrorCode, snapshot.Error);
        return view;
    }
}
