using System.Security.Cryptography;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Reads connections, with or without their keys.</summary>
internal sealed class OpenProvider(ProviderStore providers, SecretBox box, KnownSecrets secrets)
{
    /// <summary>The connection of this id with its key.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND: there is none. PROVIDER_CREDENTIAL_INVALID: its key does not open with this
    /// server's master key.</exception>
    public async Task<ProviderAccess> Access(string id, CancellationToken cancellationToken)
    {
        var row = await providers.Find(ProviderCatalogue.Canonical(id), cancellationToken) ?? throw NotFound(id);
        return Access(row);
    }

    /// <inheritdoc cref="Access(string, CancellationToken)"/>
    public ProviderAccess Access(ProviderStore.Row row) =>
        new(row.Kind, ProviderCatalogue.BaseUrl(row.Id, row.BaseUrl), row.SealedKey is null ? "" : Open(row));

    private string Open(ProviderStore.Row row)
    {
        try
        {
            var key = box.Open(row.SealedKey, SaveProvider.Purpose(row.Id));
            secrets.Learn(key);
            return key;
        }
        catch (CryptographicException failure)
        {
            throw new EngineException(
                ErrorReason.ProviderCredentialInvalid,
                $"The stored key of provider '{row.Id}' does not open: {failure.Message}",
                innerException: failure);
        }
    }

    /// <summary>The connection of this id or alias; null when there is none.</summary>
    public async Task<ProviderRecord?> Find(string id, CancellationToken cancellationToken) =>
        await providers.Find(ProviderCatalogue.Canonical(id), cancellationToken) is { } row ? Record(row) : null;

    /// <inheritdoc cref="Find(string, CancellationToken)"/>
    public static async Task<ProviderRecord?> Find(IQueries queries, string id, CancellationToken cancellationToken) =>
        await ProviderStore.Find(queries, ProviderCatalogue.Canonical(id), cancellationToken) is { } row ? Record(row) : null;

    /// <summary>The connection for agents that name none: the one that was chosen, or else the first that exists.</summary>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND: there is none of them.</exception>
    public static async Task<ProviderRecord> Default(IQueries queries, CancellationToken cancellationToken) =>
        await ProviderStore.FindDefault(queries, cancellationToken) is { } row
            ? Record(row)
            : throw new EngineException(ErrorReason.ProviderNotFound, "No provider connection exists.");

    public async Task<IReadOnlyList<ProviderRecord>> List(CancellationToken cancellationToken) =>
        [.. (await providers.List(cancellationToken)).Select(Record)];

    internal static EngineException NotFound(string id) => new(ErrorReason.ProviderNotFound, $"No provider connection is called '{id}'.");

    private static ProviderRecord Record(ProviderStore.Row row) =>
        new(row.Id, row.Kind, ProviderCatalogue.BaseUrl(row.Id, row.BaseUrl), row.SealedKey is not null, row.Options)
        {
            DefaultModel = row.DefaultModel,
            AuthMode = EnumText<AuthMode>.Parse(row.AuthMode),
            ContextTokens = ConnectionOptions.ContextTokens(row.Options),
        };
}
