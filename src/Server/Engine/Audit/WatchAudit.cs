using System.Runtime.CompilerServices;
using Koda.Server.Engine.Events;

namespace Koda.Server.Engine.Audit;

/// <summary>Follows the audit stream from a place on, for ever.</summary>
internal sealed class WatchAudit(EventFeed feed)
{
    /// <exception cref="EngineException">INVALID_CURSOR: the stream never came that far. UNAVAILABLE: go on from the last entry
    /// later.</exception>
    public async IAsyncEnumerable<AuditEntry> Execute(
        AuditFilter filter, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in feed.Follow(AuditLog.Stream, afterSeq, cancellationToken))
        {
            foreach (var entry in page.Select(AuditEntry.From).Where(filter.Takes))
                yield return entry;
        }
    }
}
