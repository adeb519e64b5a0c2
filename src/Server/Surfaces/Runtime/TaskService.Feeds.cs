using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Tasks;
using LoggedEvent = Koda.Server.Engine.Events.Event;
using Wire = Koda.Protos.Runtime.V1;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Shows what tasks did and do: traces, pages of events, and the feed.</summary>
internal sealed partial class TaskService
{
    private const int DefaultPage = 100;
    private const int MaxPage = 1000;

    public override async Task<Wire.Trace> GetTaskTrace(Wire.GetTaskTraceRequest request, ServerCallContext context)
    {
        var task = await getTask.Execute(IdReading.Task(request.TaskId), context.CancellationToken);
        var fold = new TraceFold();
        for (long after = 0; ;)
        {
            var page = await readEvents.Execute(task.StreamId, after, MaxPage, context.CancellationToken);
            foreach (var entry in page)
                fold.Add(entry);
            if (page.Count < MaxPage)
                return TraceViews.From(task, fold.Steps());
            after = page[^1].Seq;
        }
    }

    public override async Task<Wire.EventPage> ListTaskEvents(Wire.ListTaskEventsRequest request, ServerCallContext context)
    {
        var size = PageSize(request.Limit);
        var task = await getTask.Execute(IdReading.Task(request.TaskId), context.CancellationToken);
        var events = await readEvents.Execute(task.StreamId, AfterSeq(request.AfterSeq), size, context.CancellationToken);
        var last = events.Count > 0 ? events[^1].Seq : request.AfterSeq;
        return new Wire.EventPage
        {
            Items = { events.Select(EventViews.From) },
            NextAfterSeq = last,
            End = TaskStateMachine.IsFinal(task.State) && last >= task.LastEventSeq,
        };
    }

    public override async Task WatchTask(Wire.WatchTaskRequest request, IServerStreamWriter<Wire.Event> replies, ServerCallContext context)
    {
        var task = await getTask.Execute(IdReading.Task(request.TaskId), context.CancellationToken);
        var after = AfterSeq(request.AfterSeq);
        if (HasEnded(task, after))
            return;
        await context.UntilDraining("event", async ending =>
        {
            await Follow(task, after, replies, ending);
        });
    }

    private async Task Follow(TaskRecord task, long after, IServerStreamWriter<Wire.Event> replies, CancellationToken cancellationToken)
    {
        await foreach (var page in feed.Follow(task.StreamId, after, cancellationToken))
        {
            foreach (var entry in page)
                await replies.WriteAsync(EventViews.From(entry), cancellationToken);
            if (page.Any(EndsTask) && HasEnded(await getTask.Execute(task.Id, cancellationToken), page[^1].Seq))
                return;
        }
    }

    /// <summary>True when nothing comes after the event, unless a person has the task done again.</summary>
    private static bool HasEnded(TaskRecord task, long seq) => TaskStateMachine.IsFinal(task.State) && seq >= task.LastEventSeq;

    private static bool EndsTask(LoggedEvent entry) =>
        entry.Kind is "task.completed" or "task.failed" or "task.cancelled" or "security.report_refused";

    private static long AfterSeq(long seq) =>
        seq >= 0 ? seq : throw RpcFault.Invalid([new FieldFault("after_seq", "must not be negative")]);

    private static int PageSize(int limit) => limit switch
    {
        < 0 => throw RpcFault.Invalid([new FieldFault("limit", "must not be negative")]),
        0 => DefaultPage,
        _ => Math.Min(limit, MaxPage),
    };
}
