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
        secrets.Learn(access.ApiKey);
        var sealedKey = access.ApiKey.Length == 0 ? null : box.Seal(access.ApiKey, Purpose(id));
        var row = new ProviderStore.Row(id, access.Kind, access.BaseUrl, sealedKey, options.Length == 0 ? "{}" : options);
        return ProviderStore.Save(transaction, row, cancellationToken);
    }

    /// <summary>What a connection's key is bound to when it is sealed.</summary>
    internal static string Purpose(string providerId) => $"provider:{providerId}";
}
