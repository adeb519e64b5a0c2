using Koda.Protos.Common.V1;
using Koda.Server.Engine.Audit;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Principals;

/// <summary>Ends a token. It is not accepted any more, on any server, as soon as they hear of it.</summary>
internal sealed class RevokeToken(Database database, CredentialMemory memory, AuditLog audit)
{
    /// <exception cref="EngineException">TOKEN_NOT_FOUND.</exception>
    public Task Execute(Guid id, Caller caller, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            var revocation = await TokenStore.Revoke(transaction, id, token)
                ?? throw new EngineException(ErrorReason.TokenNotFound, $"There is no token {id}.");
            if (!revocation.WasValid)
                return;
            var revoked = new SecurityEvent("security.token.revoked", $"token:{id}")
            {
                Details = new Dictionary<string, string> { ["name"] = revocation.Name },
            };
            await audit.Record(transaction, caller, revoked, token);
            transaction.AfterCommit(() => memory.Revoked([id]));
        },
        cancellationToken);
}
