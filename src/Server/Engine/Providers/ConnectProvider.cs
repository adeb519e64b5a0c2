using Koda.Protos.Common.V1;
using Koda.Providers;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Http;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Providers;

/// <summary>A connection that may be stored, and what a try of it found. Null: it was not tried.</summary>
internal sealed record CheckedConnection(SavedConnection Saved, ProbeResult? Found);

/// <summary>
/// Saves a connection. With a verification asked for, the connection is tried before it is stored: one that does not work changes nothing,
/// so that a mistyped key cannot replace a good one.
/// </summary>
internal sealed class ConnectProvider(
    Database database,
    ReadConnections read,
    OpenProvider open,
    SaveProvider save,
    ProviderProbe probe,
    GuardedHttp http,
    WorkNews work,
    AuditLog audit)
{
    /// <returns>The connection as it is stored.</returns>
    /// <exception cref="EngineException">
    /// INVALID_REQUEST, PROVIDER_AUTH_MODE_UNSUPPORTED, PROVIDER_ADDRESS_REFUSED; with a verification also PROVIDER_CREDENTIAL_INVALID and
    /// PROVIDER_VERIFICATION_FAILED.
    /// </exception>
    public async Task<ConnectionRecord> Execute(Caller caller, ConnectRequest request, CancellationToken cancellationToken)
    {
        var connection = await Check(caller, request, cancellationToken);
        await database.InTransaction((transaction, token) => Store(transaction, caller, connection, token), cancellationToken);
        return await read.One(connection.Saved.Id, cancellationToken);
    }

    /// <summary>Checks a request, and tries the connection where that is asked for. Nothing of the connection is stored yet.</summary>
    /// <inheritdoc cref="Execute" path="/exception"/>
    public async Task<CheckedConnection> Check(Caller caller, ConnectRequest request, CancellationToken cancellationToken)
    {
        var stored = await read.Find(request.ProviderId, cancellationToken);
        var saved = ConnectRules.Check(request, stored, http);
        return new CheckedConnection(saved, request.VerifyAfterSave ? await Try(caller, saved, stored, cancellationToken) : null);
    }

    /// <summary>Stores a connection that was checked.</summary>
    public async Task Store(Transaction transaction, Caller caller, CheckedConnection connection, CancellationToken cancellationToken)
    {
        var (saved, found) = connection;
        var revision = await save.Execute(transaction, saved, cancellationToken);
        await CooldownStore.Forget(transaction, saved.Id, cancellationToken);
        work.Spread(transaction);
        if (found is not null)
            await RecordHealth.Store(transaction, saved.Id, revision, "save", found, cancellationToken);
        await audit.Record(transaction, caller, Event("security.provider.saved", saved, SecurityOutcome.Success), cancellationToken);
    }

    private async Task<ProbeResult> Try(Caller caller, SavedConnection saved, ConnectionRecord? stored, CancellationToken cancellationToken)
    {
        var key = saved.Access.ApiKey.Length > 0 || saved.ClearKey || stored is not { HasKey: true }
            ? saved.Access.ApiKey
            : (await open.Access(saved.Id, cancellationToken)).ApiKey;
        var access = saved.Access with { ApiKey = key, BaseUrl = ProviderCatalogue.BaseUrl(saved.Id, saved.Access.BaseUrl) };
        var found = await probe.Verify(new ProbeTarget(saved.Id, access, saved.AuthMode == AuthMode.Local, Model: ""), cancellationToken);
        if (found.Verified)
            return found;
        await database.InTransaction(
            async (transaction, token) =>
            {
                await RecordHealth.Store(transaction, saved.Id, revision: null, "save", found, token);
                await audit.Record(transaction, caller, Event("security.provider.saved", saved, SecurityOutcome.Failure), token);
            },
            cancellationToken);
        throw new EngineException(
            found.ErrorCode == ProviderErrorCode.CredentialInvalid
                ? ErrorReason.ProviderCredentialInvalid
                : ErrorReason.ProviderVerificationFailed,
            $"The connection was not saved, because it does not work: {found.Error}",
            new Dictionary<string, string> { ["provider_code"] = found.ErrorCode });
    }

    private static SecurityEvent Event(string kind, SavedConnection saved, SecurityOutcome outcome) =>
        new(kind, $"provider:{saved.Id}", outcome)
        {
            Details = new Dictionary<string, string>
            {
                ["auth_mode"] = EnumText<AuthMode>.Of(saved.AuthMode),
                ["base_url"] = saved.Access.BaseUrl,
                ["key"] =
                    saved.Access.ApiKey.Length > 0 ? "set"
                    : saved.ClearKey ? "cleared"
                    : "kept",
            },
        };
}
