using System.Runtime.CompilerServices;
using Koda.Protos.Common.V1;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Overview;

/// <summary>Root runs that changed, as they stand now, and the place in the log behind their changes.</summary>
internal sealed record RunChanges(IReadOnlyList<RunRecord> Runs, long Position);

/// <summary>Follows the runs of all streams by the settled log, which any server reads alike.</summary>
internal sealed class WatchRuns(Database database, GlobalFeed feed, TimeProvider clock)
{
    private const int PageSize = 1000;

    // Operators are few, and a look costs two statements that read no table.
    private static readonly TimeSpan s_lookEvery = TimeSpan.FromMilliseconds(500);

    private static readonly string[] s_telling = ["task.", "turn.", "approval.", "model.finished", "conversation.titled", "subagent."];

    /// <exception cref="EngineException">INVALID_CURSOR: the log never came that far. UNAVAILABLE: go on from the last change
    /// later.</exception>
    public async IAsyncEnumerable<RunChanges> Execute(
        RunFilter filter, long afterPosition, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (afterPosition > await feed.Last(cancellationToken))
            throw new EngineException(ErrorReason.InvalidCursor, "The log never came as far as this position.");
        for (var position = afterPosition; ;)
        {
            var page = await feed.Read(position, PageSize, cancellationToken);
            var changed = page
                .Events.Where(entry => s_telling.Any(kind => entry.Event.Kind.StartsWith(kind, StringComparison.Ordinal)))
                .Select(entry => entry.Event.RunId)
                .Distinct()
                .ToArray();
            if (changed.Length > 0)
            {
                var runs = await database.Read(
                    (connection, token) => RunQueries.RootsOf(connection, filter, changed, token), cancellationToken);
                if (runs.Count > 0)
                    yield return new RunChanges(runs, page.NextPosition);
            }
            position = page.NextPosition;
            if (page.Events.Count == 0)
                await Task.Delay(s_lookEvery, clock, cancellationToken);
        }
    }
}
