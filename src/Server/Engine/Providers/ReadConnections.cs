using Koda.Protos.Common.V1;

namespace Koda.Server.Engine.Providers;

/// <summary>Shows connections without their keys.</summary>
internal sealed class ReadConnections(ProviderStore providers, LimitStore limits, CooldownStore cooldowns)
{
    /// <summary>Every provider of the catalogue and every connection of a person's own, by id.</summary>
    public async Task<IReadOnlyList<ConnectionRecord>> All(CancellationToken cancellationToken)
    {
        var stored = (await providers.List(cancellationToken)).ToDictionary(row => row.Id);
        var limited = (await limits.List("", cancellationToken)).ToLookup(limit => limit.ProviderId);
        var cooling = (await cooldowns.List("", cancellationToken)).ToLookup(cooldown => cooldown.ProviderId);
        return
        [
            .. ProviderCatalogue
                .All.Where(entry => !stored.ContainsKey(entry.Id))
                .Select(ConnectionRecord.Of)
                .Concat(stored.Values.Select(row => Record(row) with { Limits = [.. limited[row.Id]], Cooldowns = [.. cooling[row.Id]] }))
                .OrderBy(connection => connection.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>A provider by its id or alias, connected or not.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND.</exception>
    public async Task<ConnectionRecord> One(string id, CancellationToken cancellationToken) =>
        await Find(id, cancellationToken) ?? throw OpenProvider.NotFound(id);

    /// <inheritdoc cref="One"/>
    public async Task<ConnectionRecord?> Find(string id, CancellationToken cancellationToken)
    {
        var canonical = ProviderCatalogue.Canonical(id);
        var row = await providers.Find(canonical, cancellationToken);
        if (row is not { Source: not "agent" })
            return ProviderCatalogue.Find(canonical) is { } entry ? ConnectionRecord.Of(entry) : null;
        return Record(row) with
        {
            Limits = await limits.List(row.Id, cancellationToken),
            Cooldowns = await cooldowns.List(row.Id, cancellationToken),
        };
    }

    /// <summary>The stored row of a connection that has what it needs.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND: no provider is called so. PROVIDER_NOT_CONFIGURED: nothing, or no key, is
    /// stored for it.</exception>
    public async Task<ProviderStore.Row> Usable(string id, CancellationToken cancellationToken)
    {
        var canonical = ProviderCatalogue.Canonical(id);
        var row = await providers.Find(canonical, cancellationToken);
        if (row is null or { Source: "agent" } && ProviderCatalogue.Find(canonical) is null)
            throw OpenProvider.NotFound(id);
        return row is { Source: not "agent" } && IsConfigured(row)
            ? row
            : throw new EngineException(
                ErrorReason.ProviderNotConfigured, $"Provider '{canonical}' is not connected: it has no stored credential.");
    }

    private static ConnectionRecord Record(ProviderStore.Row row) => new()
    {
        Id = row.Id,
        Entry = ProviderCatalogue.Find(row.Id),
        Kind = row.Kind,
        BaseUrl = ProviderCatalogue.BaseUrl(row.Id, row.BaseUrl),
        StoredUrl = row.BaseUrl,
        AuthMode = EnumText<AuthMode>.Parse(row.AuthMode),
        Configured = IsConfigured(row),
        Stored = true,
        HasKey = row.SealedKey is not null,
        Source = row.Source,
        DefaultModel = row.DefaultModel,
        ContextTokens = ConnectionOptions.ContextTokens(row.Options),
        IsDefault = row.IsDefault,
        Revision = row.Revision,
        Verified = row.Verified,
        AccountLabel = row.AccountLabel,
        PlanLabel = row.PlanLabel,
        LastVerifiedAt = row.LastVerifiedAt,
        LastErrorCode = row.LastErrorCode,
        LastError = row.LastError,
        ModelsFetchedAt = row.ModelsFetchedAt,
        UpdatedAt = row.UpdatedAt,
    };

    private static bool IsConfigured(ProviderStore.Row row) => row.AuthMode != "api_key" || row.SealedKey is not null;
}
