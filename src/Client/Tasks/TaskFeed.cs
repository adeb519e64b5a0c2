using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Tasks;

/// <summary>One feed of a task's events over as many connections as it takes.</summary>
internal sealed class TaskFeed(
    Runtime.TaskService.TaskServiceClient service,
    CallRunner calls,
    string taskId,
    long afterSeq,
    Action<KodaException, TimeSpan>? onCut) : IDisposable
{
    private readonly CutFeed _patience = new(calls.Options, onCut);
    private AsyncServerStreamingCall<Runtime.Event>? _call;
    private long _seq = afterSeq;

    /// <returns>The next event; null after the task's last one.</returns>
    public async Task<Runtime.Event?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _call ??= service.WatchTask(new() { TaskId = taskId, AfterSeq = _seq }, calls.Prepare(cancellation));
                while (await _call.ResponseStream.MoveNext(cancellation))
                    if (Accept(_call.ResponseStream.Current) is { } item) return item;
                if (await HasEndedAsync(cancellation)) return null;
                await PauseAsync(new KodaException(new Status(StatusCode.Unavailable, "The feed was closed before the task ended."), null)
                {
                    Code = "feed.closed",
                }, cancellation);
            }
            catch (RpcException e)
            {
                cancellation.ThrowIfCancellationRequested();
                await PauseAsync(ErrorReader.Read(e), cancellation);
            }
        }
    }

    public void Dispose() => _call?.Dispose();

    private Runtime.Event? Accept(Runtime.Event item)
    {
        if (item.Seq <= _seq) return null;
        _seq = item.Seq;
        _patience.Alive();
        return item;
    }

    /// <summary>A server that goes down may close its feeds as if they had ended, so an end is believed only when the task says the same.</summary>
    private async Task<bool> HasEndedAsync(CancellationToken cancellation)
    {
        var task = await calls.RunAsync(o => service.GetTaskAsync(new() { TaskId = taskId }, o), Repeat.WhenSafe, cancellation);
        return task.FinishedAt is not null && task.LastEventSeq <= _seq;
    }

    private async Task PauseAsync(KodaException error, CancellationToken cancellation)
    {
        _call?.Dispose();
        _call = null;
        await _patience.PauseAsync(error, cancellation);
    }
}
