using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Providers;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Connections;

/// <summary>What agents use that name no connection. Null: there is none.</summary>
internal sealed record AgentDefault(string ProviderId, string Model, bool Chosen);

/// <summary>What a person asks of an integration's default connection. Null: as it is.</summary>
/// <param name="Connect">How it is reached. Null: as it is.</param>
/// <param name="Model">The model of agents that name none.</param>
/// <param name="ForAgents">Whether agents that name no connection use it.</param>
internal sealed record DefaultRequest(ConnectRequest? Connect, string? Model, bool? ForAgents);

/// <summary>The connection that an integration has for the whole installation, and the one that agents use that name none.</summary>
internal sealed class ConnectionDefaults(Database database, ReadConnections read, ConnectProvider connect, AuditLog audit)
{
    /// <summary>What agents use that name no connection.</summary>
    public async Task<AgentDefault?> ForAgents(CancellationToken cancellationToken) =>
        await ProviderStore.FindDefault(database, cancellationToken) is { } row
            ? new AgentDefault(row.Id, row.DefaultModel, row.IsDefault)
            : null;

    /// <summary>All stored connections.</summary>
    public async Task<IReadOnlyList<ConnectionRecord>> List(CancellationToken cancellationToken) =>
        [.. (await read.All(cancellationToken)).Where(connection => connection.Stored)];

    /// <exception cref="EngineException">CONNECTION_NOT_FOUND, CONNECTION_KEY_UNSUPPORTED.</exception>
    public async Task<ConnectionRecord> Get(string key, CancellationToken cancellationToken) =>
        await read.Find(ConnectionKey.Provider(key), cancellationToken) is { Stored: true } connection
            ? connection
            : throw new EngineException(ErrorReason.ConnectionNotFound, $"No default connection is stored for '{key}'.");

    /// <exception cref="EngineException">CONNECTION_KEY_UNSUPPORTED, CONNECTION_NOT_FOUND, PROVIDER_NOT_CONFIGURED, and those of saving a
    /// connection.</exception>
    public async Task<ConnectionRecord> Set(Caller caller, string key, DefaultRequest request, CancellationToken cancellationToken)
    {
        var id = ConnectionKey.Provider(key);
        if (request.Connect is { } how)
            await connect.Execute(caller, how with { ProviderId = id, DefaultModel = request.Model }, cancellationToken);
        var connection = await Get(key, cancellationToken);
        if (request.ForAgents == true && !connection.Configured)
            throw new EngineException(ErrorReason.ProviderNotConfigured, $"Provider '{id}' is not connected: it has no stored credential.");
        var model = request.Connect is null ? request.Model : null;
        if (request.ForAgents is null && model is null)
            return connection;
        await database.InTransaction(
            async (transaction, token) =>
            {
                await ProviderStore.SetDefault(transaction, id, request.ForAgents, model, token);
                var details = new Dictionary<string, string>();
                if (request.ForAgents is { } chosen)
                    details["agents"] = chosen ? "chosen" : "not chosen";
                if (request.Model is { } named)
                    details["model"] = named;
                await audit.Record(
                    transaction,
                    caller,
                    new SecurityEvent("security.provider.default_changed", $"provider:{id}") { Details = details },
                    token);
            },
            cancellationToken);
        return await Get(key, cancellationToken);
    }
}
