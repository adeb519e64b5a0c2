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
    private readonly TimeProvider _time = calls.Options.TimeProvider;
    private AsyncServerStreamingCall<Runtime.Event>? _call;
    private long _seq = afterSeq;
    private int _failures;
    private long _cutAt;

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
        _failures = 0;
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
        if (_failures++ == 0) _cutAt = _time.GetTimestamp();
        if (!CanResume(error.Status) || _time.GetElapsedTime(_cutAt) > calls.Options.ResumeFor) throw error;
        var pause = Backoff.After(_failures, calls.Options, error.RetryAfter);
        onCut?.Invoke(error, pause);
        await Task.Delay(pause, _time, cancellation);
    }

    /// <summary>A connection that breaks shows as any of these, depending on where it breaks.</summary>
    private static bool CanResume(StatusCode status) => status
        is StatusCode.Unavailable or StatusCode.Internal or StatusCode.Unknown or StatusCode.Cancelled
        or StatusCode.Aborted or StatusCode.DeadlineExceeded or StatusCode.ResourceExhausted;
}
