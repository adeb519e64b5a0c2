using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>A verification and the connection after it.</summary>
internal sealed record Verification(ConnectionRecord Connection, ProbeResult Found);

/// <summary>Tries a stored connection. What is found, good or bad, is stored with the connection and as a snapshot.</summary>
internal sealed class VerifyProvider(Database database, ReadConnections read, OpenProvider open, ProviderProbe probe, AuditLog audit)
{
    /// <param name="caller">Who wants to know.</param>
    /// <param name="id">The provider's id or alias.</param>
    /// <param name="model">A model that has to answer too, which costs a token. Empty: none.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="EngineException">PROVIDER_NOT_FOUND, PROVIDER_NOT_CONFIGURED, PROVIDER_CREDENTIAL_INVALID: the key does not
    /// open.</exception>
    public async Task<Verification> Execute(Caller caller, string id, string model, CancellationToken cancellationToken)
    {
        var row = await read.Usable(id, cancellationToken);
        var found = await probe.Verify(new ProbeTarget(row.Id, open.Access(row), row.AuthMode == "local", model), cancellationToken);
        await database.InTransaction(
            async (transaction, token) =>
            {
                await RecordHealth.Store(transaction, row.Id, row.Revision, "verify", found, token);
                var outcome = found.Verified ? SecurityOutcome.Success : SecurityOutcome.Failure;
                var details = new Dictionary<string, string> { ["checked_via"] = found.CheckedVia };
                if (found.ErrorCode.Length > 0)
                    details["error_code"] = found.ErrorCode;
                await audit.Record(
                    transaction,
                    caller,
                    new SecurityEvent("security.provider.verified", $"provider:{row.Id}", outcome) { Details = details },
                    token);
            },
            cancellationToken);
        return new Verification(await read.One(row.Id, cancellationToken), found);
    }
}
