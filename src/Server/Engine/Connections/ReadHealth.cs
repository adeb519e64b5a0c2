using Koda.Protos.Common.V1;
using Koda.Server.Engine.Providers;

namespace Koda.Server.Engine.Connections;

/// <summary>An integration's newest snapshots.</summary>
internal sealed record IntegrationHealth(string IntegrationId, HealthSnapshot? Latest, Page<HealthSnapshot> Snapshots);

/// <summary>Shows what verifications of an integration found.</summary>
internal sealed class ReadHealth(ProviderHealthStore health, ReadConnections read)
{
    /// <exception cref="EngineException">INTEGRATION_NOT_FOUND, INVALID_CURSOR, INVALID_REQUEST.</exception>
    public async Task<IntegrationHealth> Execute(string integrationId, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var id = ConnectionKey.Integration(integrationId);
        var filters = "health" + id;
        var before = ListCursor.DecodeId(filters, cursor);
        var size = Page.Limit(limit);
        var latest = (await health.List(id, before: null, limit: 1, cancellationToken)).SingleOrDefault();
        if (latest is null && await read.Find(id, cancellationToken) is null)
            throw new EngineException(ErrorReason.IntegrationNotFound, $"No integration is called '{integrationId}'.");
        var rows = await health.List(id, before, size + 1, cancellationToken);
        return new IntegrationHealth(id, latest, Page.Of(rows, size, filters, snapshot => snapshot.Id.ToString("N")));
    }
}
