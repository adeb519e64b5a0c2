using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Tasks;

/// <summary>The events of a task.</summary>
internal sealed class TaskFeed(Runtime.TaskService.TaskServiceClient service, CallRunner calls, string taskId) : IFeedSource<Runtime.Event>
{
    public AsyncServerStreamingCall<Runtime.Event> Open(long after, CallOptions options) =>
        service.WatchTask(new() { TaskId = taskId, AfterSeq = after }, options);

    public long PositionOf(Runtime.Event item) => item.Seq;

    /// <summary>An end is believed only when the task says the same.</summary>
    public async Task<bool> HasEnded(FeedEnd<Runtime.Event> end, CancellationToken cancellationToken)
    {
        var task = await calls.Run(o => service.GetTaskAsync(new() { TaskId = taskId }, o), Repeat.WhenSafe, cancellationToken);
        return task.FinishedAt is not null && task.LastEventSeq <= end.Position;
    }
}
