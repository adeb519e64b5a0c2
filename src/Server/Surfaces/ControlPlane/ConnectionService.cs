using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine;
using Koda.Server.Engine.Connections;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>Shows what can be connected, and sets the connections of the whole installation.</summary>
internal sealed class ConnectionService(
    ReadConnections readConnections, ConnectionDefaults defaults, VerifyProvider verifyProvider, DisconnectProvider disconnectProvider)
    : Wire.ConnectionService.ConnectionServiceBase
{
    public override async Task<Wire.ConnectionCatalog> GetConnectionCatalog(
        Wire.GetConnectionCatalogRequest request, ServerCallContext context)
    {
        var page = Page.Slice(await readConnections.All(context.CancellationToken), "catalog", request.Limit, request.Cursor, connection =>
            connection.Id);
        var reply = new Wire.ConnectionCatalog
        {
            Items = { page.Items.Select(ConnectionViews.Item) },
            Governance = new Wire.ConnectionGovernance { DefaultPolicy = "always_ask" },
        };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override async Task<Wire.ListConnectionDefaultsResponse> ListConnectionDefaults(
        Wire.ListConnectionDefaultsRequest request, ServerCallContext context)
    {
        var agents = await defaults.ForAgents(context.CancellationToken);
        var page = Page.Slice(await defaults.List(context.CancellationToken), "defaults", request.Limit, request.Cursor, connection =>
            connection.Id);
        var reply = new Wire.ListConnectionDefaultsResponse
        {
            Items = { page.Items.Select(connection => ConnectionViews.From(connection, agents)) },
            Agents = agents is null ? null : ConnectionViews.From(agents),
        };
        if (page.NextCursor is not null)
            reply.NextCursor = page.NextCursor;
        return reply;
    }

    public override async Task<Wire.ConnectionDefault> GetConnectionDefault(
        Wire.GetConnectionDefaultRequest request,
        ServerCallContext context) => await View(await defaults.Get(request.ConnectionKey, context.CancellationToken), context);

    public override async Task<Wire.ConnectionDefault> SetConnectionDefault(
        Wire.SetConnectionDefaultRequest request, ServerCallContext context)
    {
        var wanted = new DefaultRequest(
            Connect(request), request.HasModel ? request.Model : null, request.HasForAgents ? request.ForAgents : null);
        return await View(
            await defaults.Set(CallerReading.From(context), request.ConnectionKey, wanted, context.CancellationToken), context);
    }

    public override async Task<Wire.DeletedConnectionDefault> DeleteConnectionDefault(
        Wire.DeleteConnectionDefaultRequest request, ServerCallContext context)
    {
        var connection = await defaults.Get(request.ConnectionKey, context.CancellationToken);
        await disconnectProvider.Execute(CallerReading.From(context), connection.Id, context.CancellationToken);
        return new Wire.DeletedConnectionDefault { Ok = true, ConnectionKey = ConnectionKey.Of(connection.Id) };
    }

    public override async Task<Wire.VerifiedConnection> VerifyConnectionDefault(
        Wire.VerifyConnectionDefaultRequest request, ServerCallContext context)
    {
        var connection = await defaults.Get(request.ConnectionKey, context.CancellationToken);
        return ProviderViews.From(
            await verifyProvider.Execute(CallerReading.From(context), connection.Id, request.Model, context.CancellationToken));
    }

    private static ConnectRequest? Connect(Wire.SetConnectionDefaultRequest request)
    {
        var how = new ConnectRequest("", request.AuthMethod == Wire.AuthMode.Local ? AuthMode.Local : AuthMode.ApiKey)
        {
            ApiKey = request.ApiKey,
            ClearApiKey = request.ClearApiKey,
            BaseUrl = request.HasBaseUrl ? request.BaseUrl : null,
            VerifyAfterSave = request.VerifyAfterSave,
        };
        var says = request.ApiKey.Length > 0 || request.ClearApiKey || request.HasBaseUrl || request.VerifyAfterSave;
        return request.AuthMethod switch
        {
            Wire.AuthMode.None => throw RpcFault.Invalid([new FieldFault("auth_method", "must be api_key or local")]),
            Wire.AuthMode.Unspecified when says => throw RpcFault.Invalid([
                new FieldFault("auth_method", "is needed with a credential or an address"),
            ]),
            Wire.AuthMode.Unspecified => null,
            _ => how,
        };
    }

    private async Task<Wire.ConnectionDefault> View(ConnectionRecord connection, ServerCallContext context) =>
        ConnectionViews.From(connection, await defaults.ForAgents(context.CancellationToken));
}
