using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Principals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Sessions;

/// <summary>Ends a session, or all of them. They are not accepted any more, on any server, as soon as they hear of it.</summary>
internal sealed class RevokeSession(Database database, CredentialMemory memory, AuditLog audit)
{
    /// <exception cref="EngineException">SESSION_NOT_FOUND.</exception>
    public Task Execute(Guid id, Caller caller, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var wasOpen = await SessionStore.Revoke(transaction, id, token)
                ?? throw new EngineException(ErrorReason.SessionNotFound, $"There is no session {id}.");
            if (wasOpen)
                await Record(transaction, [id], caller, token);
        },
        cancellationToken);

    /// <summary>Ends the sessions of a principal, all or all but one, within another act.</summary>
    public async Task All(Transaction transaction, Guid principalId, Guid? except, Caller caller, CancellationToken cancellationToken) =>
        await Record(
            transaction, await SessionStore.RevokeAll(transaction, principalId, except, cancellationToken), caller, cancellationToken);

    private async Task Record(Transaction transaction, IReadOnlyList<Guid> ids, Caller caller, CancellationToken cancellationToken)
    {
        foreach (var id in ids)
            await audit.Record(transaction, caller, new SecurityEvent("security.session.revoked", $"session:{id}"), cancellationToken);
        transaction.AfterCommit(() => memory.Revoked(ids));
    }
}
