using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Providers;

/// <summary>Sets the connections of the whole installation, and shows how integrations fare.</summary>
public sealed class ConnectionClient
{
    private readonly CallRunner _calls;
    private readonly ConnectionService.ConnectionServiceClient _connections;
    private readonly IntegrationService.IntegrationServiceClient _integrations;

    internal ConnectionClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _connections = new(invoker);
        _integrations = new(invoker);
    }

    /// <summary>Everything that can be connected.</summary>
    public Task<ConnectionCatalog> GetCatalogAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _connections.GetConnectionCatalogAsync(new() { Limit = 200 }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>The stored default connections, and the one that agents use that name none.</summary>
    public Task<ListConnectionDefaultsResponse> ListDefaultsAsync(CancellationToken cancellationToken = default) =>
        _calls.Run(o => _connections.ListConnectionDefaultsAsync(new() { Limit = 200 }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Sets an integration's default connection.</summary>
    public Task<ConnectionDefault> SetDefaultAsync(SetConnectionDefaultRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _connections.SetConnectionDefaultAsync(request, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>The newest snapshots of an integration's health.</summary>
    public Task<IntegrationHealth> GetHealthAsync(string integrationId, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _integrations.GetIntegrationHealthAsync(new() { IntegrationId = integrationId }, o), Repeat.WhenSafe, cancellationToken);
}
