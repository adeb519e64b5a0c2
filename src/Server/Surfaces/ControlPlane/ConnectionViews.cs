using Koda.Server.Engine.Connections;
using Koda.Server.Engine.Providers;
using Wire = Koda.Protos.ControlPlane.V1;

namespace Koda.Server.Surfaces.ControlPlane;

/// <summary>The control plane's view of integrations.</summary>
internal static class ConnectionViews
{
    public static Wire.ConnectionCatalogItem Item(ConnectionRecord connection)
    {
        var view = ProviderViews.From(connection);
        var item = new Wire.ConnectionCatalogItem
        {
            ConnectionKey = ConnectionKey.Of(connection.Id),
            Kind = "core",
            IntegrationKey = connection.Id,
            Title = connection.Title,
            Status = view.ConnectionStatus,
            TransportKind = connection.Kind == "offline" ? "built_in" : "http",
            SourceOrigin = connection.Source,
            AccountLabel = connection.AccountLabel,
            LastVerifiedAt = view.LastVerifiedAt,
            Connected = connection.Configured,
            Enabled = connection.Configured,
            Fields = { Fields(connection) },
            Metadata = { ["wire"] = connection.Kind, ["base_url"] = connection.BaseUrl },
        };
        if (view.HasAuthMode)
            item.AuthMethod = view.AuthMode;
        if (view.HasLastError)
            item.LastError = view.LastError;
        if (view.DocumentationUrl.Length > 0)
            item.Metadata["documentation_url"] = view.DocumentationUrl;
        return item;
    }

    public static Wire.ConnectionDefault From(ConnectionRecord connection, AgentDefault? agents) => new()
    {
        ConnectionKey = ConnectionKey.Of(connection.Id),
        ForAgents = agents?.ProviderId == connection.Id,
        Connection = ProviderViews.From(connection),
    };

    public static Wire.AgentConnectionDefault From(AgentDefault agents) =>
        new() { ConnectionKey = ConnectionKey.Of(agents.ProviderId), Model = agents.Model, Chosen = agents.Chosen };

    private static IEnumerable<Wire.ConnectionField> Fields(ConnectionRecord connection)
    {
        if (connection.SupportsKey)
            yield return new Wire.ConnectionField
            {
                Key = "api_key",
                Label = "API key",
                Required = connection is { Entry.NeedsKey: true, SupportsLocal: false },
                Secret = true,
            };
        if (connection.Entry is not { Kind: ProviderKind.Offline })
            yield return new Wire.ConnectionField { Key = "base_url", Label = "Base URL", Required = connection.Entry is null };
    }
}
