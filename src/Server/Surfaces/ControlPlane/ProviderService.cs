using Grpc.Core;
using Koda.Server.Engine;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Connects model providers.</summary>
internal sealed partial class ProviderService(
    ReadConnections readConnections,
    ConnectProvider connectProvider,
    VerifyProvider verifyProvider,
    DisconnectProvider disconnectProvider,
    ListModels listModels,
    RefreshModels refreshModels,
    LimitProvider limitProvider)
    : Wire.ProviderService.ProviderServiceBase
{
    public override async Task<Wire.ListProvidersResponse> ListProviders(Wire.ListProvidersRequest request, ServerCallContext context)
    {
        var page = Page.Slice(
            await readConnections.All(context.CancellationToken), "providers", request.Limit, request.Cursor, connection => connection.Id);
        var reply = new Wire.ListProvidersResponse { Items = { page.Items.Select(ProviderViews.From) } };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override async Task<Wire.ProviderConnection> GetProviderConnection(
        Wire.GetProviderConnectionRequest request,
        ServerCallContext context) => ProviderViews.From(await readConnections.One(request.ProviderId, context.CancellationToken));

    public override async Task<Wire.ProviderConnection> SaveApiKey(Wire.SaveApiKeyRequest request, ServerCallContext context)
    {
        var connect = new ConnectRequest(request.ProviderId, AuthMode.ApiKey)
        {
            ApiKey = request.ApiKey,
            ClearApiKey = request.ClearApiKey,
            BaseUrl = request.HasBaseUrl ? request.BaseUrl : null,
            Kind = request.HasKind ? request.Kind : null,
            DefaultModel = request.HasDefaultModel ? request.DefaultModel : null,
            VerifyAfterSave = request.VerifyAfterSave,
        };
        return ProviderViews.From(await connectProvider.Execute(CallerReading.From(context), connect, context.CancellationToken));
    }

    public override async Task<Wire.ProviderConnection> SaveLocalEndpoint(Wire.SaveLocalEndpointRequest request, ServerCallContext context)
    {
        var connect = new ConnectRequest(request.ProviderId, AuthMode.Local)
        {
            ApiKey = request.ApiKey,
            BaseUrl = request.HasBaseUrl ? request.BaseUrl : null,
            Kind = request.HasKind ? request.Kind : null,
            DefaultModel = request.HasDefaultModel ? request.DefaultModel : null,
            ContextTokens = request.HasContextTokens ? request.ContextTokens : null,
            VerifyAfterSave = request.VerifyAfterSave,
        };
        return ProviderViews.From(await connectProvider.Execute(CallerReading.From(context), connect, context.CancellationToken));
    }

    public override async Task<Wire.VerifiedConnection> VerifyProviderConnection(
        Wire.VerifyProviderConnectionRequest request, ServerCallContext context) =>
        ProviderViews.From(
            await verifyProvider.Execute(CallerReading.From(context), request.ProviderId, request.Model, context.CancellationToken));

    public override async Task<Wire.ProviderConnection> DisconnectProvider(
        Wire.DisconnectProviderRequest request, ServerCallContext context) =>
        ProviderViews.From(await disconnectProvider.Execute(CallerReading.From(context), request.ProviderId, context.CancellationToken));
}
