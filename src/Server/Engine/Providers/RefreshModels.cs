using Koda.Protos.Common.V1;
using Koda.Providers;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>Asks a provider for its models now. What is found of the connection is stored like a verification.</summary>
internal sealed class RefreshModels(Database database, ReadConnections read, OpenProvider open, ProviderProbe probe, AuditLog audit)
{
    /// <exception cref="EngineException"> PROVIDER_NOT_FOUND, PROVIDER_NOT_CONFIGURED; PROVIDER_CREDENTIAL_INVALID,
    /// PROVIDER_ADDRESS_REFUSED, PROVIDER_UNAVAILABLE: the provider gave no list.
    /// </exception>
    public async Task<Verification> Execute(Caller caller, string id, CancellationToken cancellationToken)
    {
        var row = await read.Usable(id, cancellationToken);
        var found = await probe.Verify(new ProbeTarget(row.Id, open.Access(row), row.AuthMode == "local", Model: ""), cancellationToken);
        await database.InTransaction(
            async (transaction, token) =>
            {
                await RecordHealth.Store(transaction, row.Id, row.Revision, "refresh", found, token);
                var outcome = found.Verified ? SecurityOutcome.Success : SecurityOutcome.Failure;
                await audit.Record(
                    transaction, caller, new SecurityEvent("security.provider.models_refreshed", $"provider:{row.Id}", outcome), token);
            },
            cancellationToken);
        return found.Verified ? new Verification(await read.One(row.Id, cancellationToken), found) : throw Failure(row.Id, found);
    }

    private static EngineException Failure(string id, ProbeResult found) => new(
        found.ErrorCode switch
        {
            ProviderErrorCode.CredentialInvalid => ErrorReason.ProviderCredentialInvalid,
            ProbeFailure.AddressRefused => ErrorReason.ProviderAddressRefused,
            _ => ErrorReason.ProviderUnavailable,
        },
        $"Provider '{id}' gave no list of models: {found.Error}",
        new Dictionary<string, string> { ["provider_code"] = found.ErrorCode });
}
