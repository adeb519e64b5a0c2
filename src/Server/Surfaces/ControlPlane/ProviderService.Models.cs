using Grpc.Core;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

internal sealed partial class ProviderService
{
    public override async Task<Wire.ListModelsResponse> ListProviderModels(
        Wire.ListProviderModelsRequest request, ServerCallContext context) =>
        ModelViews.From(
            await listModels.OfProvider(
                CallerReading.From(context), request.ProviderId, request.Limit, request.Cursor, context.CancellationToken));

    public override async Task<Wire.ListModelsResponse> ListModels(Wire.ListModelsRequest request, ServerCallContext context) =>
        ModelViews.From(await listModels.Execute(request.ProviderId, request.Limit, request.Cursor, context.CancellationToken));

    public override async Task<Wire.ProviderConnection> SetProviderLimits(
        Wire.SetProviderLimitsRequest request, ServerCallContext context) =>
        ProviderViews.From(
            await limitProvider.Execute(
                CallerReading.From(context),
                request.ProviderId,
                request.MaxConcurrentTasks,
                [.. request.Models.Select(limit => (limit.Model, limit.MaxConcurrentTasks))],
                context.CancellationToken));

    public override async Task<Wire.RefreshedModels> RefreshProviderModels(
        Wire.RefreshProviderModelsRequest request, ServerCallContext context)
    {
        var refreshed = await refreshModels.Execute(CallerReading.From(context), request.ProviderId, context.CancellationToken);
        return new Wire.RefreshedModels
        {
            Connection = ProviderViews.From(refreshed.Connection),
            ModelCount = refreshed.Found.Models?.Count ?? 0,
        };
    }
}
