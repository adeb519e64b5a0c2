using System.Runtime.CompilerServices;
using Grpc.Core;
using Koda.Client.Calls;
using Koda.Protos.ControlPlane.V1;

namespace Koda.Client.Identity;

/// <summary>Reads and follows the audit stream.</summary>
public sealed class AuditClient
{
    private readonly CallRunner _calls;
    private readonly AuditService.AuditServiceClient _service;

    internal AuditClient(CallInvoker invoker, CallRunner calls)
    {
        _calls = calls;
        _service = new(invoker);
    }

    /// <summary>Lists audit events, newest first, reading further pages as they are needed.</summary>
    /// <param name="filter">Which events; its cursor is where the list begins.</param>
    /// <param name="cancellationToken">Ends the list.</param>
    public IAsyncEnumerable<AuditEvent> ListAsync(ListAuditRequest? filter = null, CancellationToken cancellationToken = default) =>
        Pages.Read(
            (cursor, c) =>
            {
                var request = filter?.Clone() ?? new ListAuditRequest();
                if (cursor.Length > 0)
                    request.Cursor = cursor;
                return _calls.Run(o => _service.ListAuditAsync(request, o), Repeat.WhenSafe, c);
            },
            page => page.Items,
            page => page.NextCursor,
            cancellationToken);

    /// <summary>Follows the audit stream for ever. A feed that is cut goes on after the last event it gave.</summary>
    /// <param name="filter">Which events, and the last one that the caller has.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<AuditEvent> WatchAsync(
        WatchAuditRequest filter, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var source = new EndlessFeed<AuditEvent>(
            (after, options) => _service.WatchAudit(new(filter) { AfterSeq = after }, options), item => item.Seq);
        using var feed = new ResumedFeed<AuditEvent>(source, _calls, filter.AfterSeq, onCut: null);
        while (await feed.Next(cancellationToken) is { } item)
            yield return item;
    }
}
