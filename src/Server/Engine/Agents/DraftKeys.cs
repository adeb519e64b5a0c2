using Koda.Server.Engine.Secrets;
using Koda.Server.Infrastructure.Postgres;
using Npgsql;

namespace Koda.Server.Engine.Agents;

/// <summary>Keeps the provider key of a draft sealed until the draft is published, so that an edit cannot reach work that runs.</summary>
internal sealed class DraftKeys(SecretBox box, KnownSecrets secrets)
{
    private const string Name = "API_KEY";

    /// <summary>Stores a key; an empty one leaves what is there.</summary>
    public async Task Save(Transaction transaction, string agentId, string key, CancellationToken cancellationToken)
    {
        if (key.Length == 0)
            return;
        secrets.Learn(key);
        await AgentSecretStore.Save(
            transaction, agentId, AgentSecretStore.DraftProviderKey, Name, box.Seal(key, Purpose(agentId)), cancellationToken);
    }

    public static async Task<bool> Exists(NpgsqlConnection connection, string agentId, CancellationToken cancellationToken) =>
        (await AgentSecretStore.List(connection, agentId, AgentSecretStore.DraftProviderKey, cancellationToken)).Count > 0;

    /// <summary>Takes the key out, for the connection that the publication writes. Empty: there is none.</summary>
    public async Task<string> Take(Transaction transaction, string agentId, CancellationToken cancellationToken)
    {
        var stored = await AgentSecretStore.List(transaction.Connection, agentId, AgentSecretStore.DraftProviderKey, cancellationToken);
        if (stored.Count == 0)
            return "";
        await AgentSecretStore.Remove(transaction, agentId, AgentSecretStore.DraftProviderKey, Name, cancellationToken);
        return box.Open(stored[0].Sealed, Purpose(agentId));
    }

    private static string Purpose(string agentId) => AgentSecrets.Purpose(agentId, AgentSecretStore.DraftProviderKey, Name);
}
