using System.Runtime.CompilerServices;
using Koda.Client.Calls;

namespace Koda.Client.Tasks;

public sealed partial class TaskClient
{
    /// <summary>
    /// Follows a task's events: those after <paramref name="afterSeq"/>, then each as it is committed, until the task has ended.
    /// A feed that is cut goes on after the last event it gave, so the caller sees every event once, in order.
    /// </summary>
    /// <param name="taskId">The task.</param>
    /// <param name="afterSeq">The sequence number of the last event that the caller has. 0: none.</param>
    /// <param name="onCut">Told of each cut and of the pause before the next attempt.</param>
    /// <param name="cancellationToken">Ends the feed.</param>
    public async IAsyncEnumerable<Runtime.Event> WatchAsync(
        string taskId,
        long afterSeq = 0,
        Action<KodaException, TimeSpan>? onCut = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var feed = new ResumedFeed<Runtime.Event>(new TaskFeed(_service, _calls, taskId), _calls, afterSeq, onCut);
        while (await feed.Next(cancellationToken) is { } item)
            yield return item;
    }
}
