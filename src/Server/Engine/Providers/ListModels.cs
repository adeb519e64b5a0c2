using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;

namespace Koda.Server.Engine.Providers;

/// <summary>Lists models from the last answer of their providers.</summary>
internal sealed class ListModels(ModelStore models, ReadConnections read, RefreshModels refresh)
{
    /// <summary>The models of all connections, or of one.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST, PROVIDER_NOT_FOUND.</exception>
    public async Task<Page<KnownModel>> Execute(string providerId, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var id = ProviderCatalogue.Canonical(providerId);
        if (id.Length > 0 && await read.Find(id, cancellationToken) is null)
            throw OpenProvider.NotFound(providerId);
        var filters = "models" + id;
        var after = ListCursor.Decode(filters, cursor)?.Split('\n', 2) ?? ["", ""];
        var size = Page.Limit(limit);
        var rows = await models.List(id, after[0], after.Length == 2 ? after[1] : throw InvalidCursor(), size + 1, cancellationToken);
        return Page.Of(rows, size, filters, model => $"{model.ProviderId}\n{model.Facts.Id}");
    }

    /// <summary>The models of one provider, which is asked when it never was.</summary>
    /// <exception cref="EngineException">INVALID_CURSOR, INVALID_REQUEST, PROVIDER_NOT_FOUND, PROVIDER_NOT_CONFIGURED, and what asking it
    /// gives.</exception>
    public async Task<Page<KnownModel>> OfProvider(
        Caller caller, string providerId, int limit, string? cursor, CancellationToken cancellationToken)
    {
        var row = await read.Usable(providerId, cancellationToken);
        if (row.ModelsFetchedAt is null)
            await refresh.Execute(caller, row.Id, cancellationToken);
        return await Execute(row.Id, limit, cursor, cancellationToken);
    }

    private static EngineException InvalidCursor() =>
        new(ErrorReason.InvalidCursor, "The cursor is not one of this list with these filters.");
}
