using System.Runtime.CompilerServices;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Infrastructure.Postgres;

namespace Koda.Server.Engine.Conversations;

/// <summary>Reads what a worker rebuilds the conversation of an attempt from.</summary>
internal sealed class ReadJournal(Database database, ReadEvents readEvents)
{
    private const int PageSize = 500;

    /// <summary>
    /// The events after a cursor. A task's are all that it has; a conversation's begin where it was last compacted and leave out what was
    /// only streamed.
    /// </summary>
    public async IAsyncEnumerable<Event> Execute(
        OpenAttempt attempt, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var isTask = attempt.StreamId == attempt.TaskId;
        var after = isTask ? afterSeq : Math.Max(afterSeq, await Checkpoint(attempt.StreamId, cancellationToken) - 1);
        while (true)
        {
            var page = isTask
                ? await readEvents.Execute(attempt.StreamId, after, PageSize, cancellationToken)
                : await database.Read(
                    (connection, token) =>
                        ConversationLog.Page(connection, attempt.StreamId, ConversationLog.Journal, after, PageSize, token),
                    cancellationToken);
            foreach (var entry in page)
                yield return entry;
            if (page.Count < PageSize)
                yield break;
            after = page[^1].Seq;
        }
    }

    private Task<long> Checkpoint(Guid streamId, CancellationToken cancellationToken) =>
        database.Read(
            (connection, token) => ConversationLog.LastMark(connection, streamId, ConversationLog.CompactedKind, token), cancellationToken);
}
