using Koda.Server.Engine.Audit;
using Koda.Server.Engine.Principals;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Sessions;

/// <summary>Starts a session within the act that proves who the person is.</summary>
internal sealed class StartSession(AuditLog audit)
{
    public static readonly TimeSpan Life = TimeSpan.FromDays(7);

    /// <returns>The session's secret, which is not kept.</returns>
    public async Task<string> Execute(Transaction transaction, Guid principalId, Caller caller, CancellationToken cancellationToken)
    {
        var (id, secret) = (Guid.CreateVersion7(), SecretText.New(SecretText.Session));
        await SessionStore.Insert(transaction, id, principalId, secret, caller, Life, cancellationToken);
        await audit.Record(transaction, caller, new SecurityEvent("security.session.created", $"session:{id}"), cancellationToken);
        return secret;
    }
}
