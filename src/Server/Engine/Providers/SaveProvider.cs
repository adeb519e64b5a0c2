using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Stores a connection to a model provider; its key is sealed and can be read by nobody but a worker's attempt.</summary>
internal sealed class SaveProvider(SecretBox box, KnownSecrets secrets)
{
    /// <param name="transaction">The change that needs the connection.</param>
    /// <param name="id">The connection's id.</param>
    /// <param name="access">The kind, the base URL and the key; an empty key keeps the stored one.</param>
    /// <param name="options">A JSON object.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public Task Execute(Transaction transaction, string id, ProviderAccess access, string options, CancellationToken cancellationToken)
    {
        var isAgents = id.StartsWith(ProviderCatalogue.AgentPrefix, StringComparison.Ordinal);
        var mode =
            access.Kind is "offline" or "noop" ? AuthMode.None
            : access.Kind == "ollama" ? AuthMode.Local
            : AuthMode.ApiKey;
        return Execute(
            transaction, new SavedConnection(id, access, mode, isAgents ? "agent" : "api") { Options = options }, cancellationToken);
    }

    /// <summary>Stores a connection. Whatever was verified before is not any more.</summary>
    /// <returns>The revision under which it is stored.</returns>
    public Task<int> Execute(Transaction transaction, SavedConnection saved, CancellationToken cancellationToken)
    {
        var access = saved.Access;
        secrets.Learn(access.ApiKey);
        var sealedKey = access.ApiKey.Length == 0 ? null : box.Seal(access.ApiKey, Purpose(saved.Id));
        var options = saved.Options.Length == 0 ? "{}" : saved.Options;
        return ProviderStore.Save(
            transaction,
            new ProviderStore.NewRow(
                saved.Id,
                access.Kind,
                access.BaseUrl,
                sealedKey,
                saved.ClearKey,
                options,
                EnumText<AuthMode>.Of(saved.AuthMode),
                saved.Source,
                saved.DefaultModel),
            cancellationToken);
    }

    /// <summary>What a connection's key is bound to when it is sealed.</summary>
    internal static string Purpose(string providerId) => $"provider:{providerId}";
}

/// <summary>A connection to be stored. An empty key keeps the stored one, unless it is to be cleared.</summary>
internal sealed record SavedConnection(string Id, ProviderAccess Access, AuthMode AuthMode, string Source)
{
    public bool ClearKey { get; init; }

    /// <summary>A JSON object. Empty: none.</summary>
    public string Options { get; init; } = "";

    /// <summary>The model of agents that name none. Null: as it is.</summary>
    public string? DefaultModel { get; init; }
}
