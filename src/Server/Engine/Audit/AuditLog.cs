using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Audit;

/// <summary>
/// Writes the audit stream: the one stream of the log that tells who did what to the installation. Migration 0040 creates it.
/// </summary>
internal sealed class AuditLog(Database database, EventLog log)
{
    /// <summary>The audit stream.</summary>
    public static readonly Guid Stream = new("00000000-0000-7000-8000-0000000a0d17");

    /// <summary>
    /// Records an act in the transaction that does it, so that there is neither an act without its record nor a record without its act.
    /// </summary>
    public async Task Record(Transaction transaction, Caller caller, SecurityEvent entry, CancellationToken cancellationToken)
    {
        // Another act of the same transaction may have written an entry; this one follows it.
        await transaction.Flush(cancellationToken);
        var payload = EngineJson.Write(
            new Payload(
                caller.Name,
                caller.Credential,
                caller.CredentialId,
                caller.Address,
                caller.UserAgent,
                entry.Target,
                entry.Outcome,
                entry.Details));
        await log.Append(
            transaction, [new StreamAppend(Stream, [new NewEvent(entry.Kind, caller.Actor, Guid.Empty, 0, payload)])], cancellationToken);
        // One transaction may do several acts: the next record must find this one.
        await transaction.Flush(cancellationToken);
    }

    /// <summary>Records an act that was refused, or that changed nothing else.</summary>
    public Task Record(Caller caller, SecurityEvent entry, CancellationToken cancellationToken) => database.InTransaction(
        async (transaction, token) =>
        {
            await Record(transaction, caller, entry, token);
            return true;
        },
        cancellationToken);

    internal sealed record Payload(
        string Name,
        CredentialKind Credential,
        Guid? CredentialId,
        string Address,
        string UserAgent,
        string Target,
        SecurityOutcome Outcome,
        IReadOnlyDictionary<string, string> Details);
}
