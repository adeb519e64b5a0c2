using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Audit;

/// <summary>An entry of the audit stream as it is read. A gap in a feed has no content.</summary>
internal sealed record AuditEntry(long Seq, DateTime Time, string Kind, string Actor, AuditLog.Payload? Content)
{
    public static AuditEntry From(Event entry) =>
        new(
            entry.Seq,
            entry.Time,
            entry.Kind,
            entry.Actor,
            entry.Kind == EventGap.Kind ? null : EngineJson.Read<AuditLog.Payload>(entry.Payload));
}
