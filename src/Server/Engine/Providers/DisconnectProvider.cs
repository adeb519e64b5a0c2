using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Removes a connection with its key, its models and its limits. The snapshots of its health stay.</summary>
internal sealed class DisconnectProvider(Database database, ReadConnections read, AuditLog audit)
{
    /// <returns>What is left: the provider as the catalogue has it, or for a connection of a person's own what it was.</returns>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND, INVALID_REQUEST: it is built in.</exception>
    public async Task<ConnectionRecord> Execute(Caller caller, string id, CancellationToken cancellationToken)
    {
        var before = await read.One(id, cancellationToken);
        if (before.Entry?.Kind == ProviderKind.Offline)
        {
            throw new EngineException(
                ErrorReason.InvalidRequest,
                "The offline provider is built in.",
                new Dictionary<string, string> { ["provider_id"] = "cannot be disconnected" });
        }
        await database.InTransaction(
            async (transaction, token) =>
            {
                if (await ProviderStore.Remove(transaction, before.Id, token))
                    await audit.Record(
                        transaction, caller, new SecurityEvent("security.provider.disconnected", $"provider:{before.Id}"), token);
            },
            cancellationToken);
        return before.Entry is { } entry
            ? ConnectionRecord.Of(entry)
            : before with { Configured = false, Stored = false, HasKey = false, Verified = false, IsDefault = false };
    }
}
