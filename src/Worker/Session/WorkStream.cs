using Grpc.Core;
using Koda.Protos.Worker.V1;

namespace Koda.Worker.Session;

/// <summary>One connection of the worker's stream, from its hello to its end.</summary>
internal sealed class WorkStream : IDisposable
{
    private readonly AsyncDuplexStreamingCall<WorkRequest, WorkResponse> _call;

    private WorkStream(AsyncDuplexStreamingCall<WorkRequest, WorkResponse> call, WorkResponse first)
    {
        _call = call;
        First = first;
    }

    /// <summary>The server's first message; it holds the welcome.</summary>
    public WorkResponse First { get; }

    /// <summary>Opens the stream and waits for the welcome.</summary>
    /// <exception cref="RpcException">The server cannot be reached or refused the worker.</exception>
    public static async Task<WorkStream> OpenAsync(WorkerCalls calls, Hello hello, CancellationToken ct)
    {
        var call = calls.Work(ct);
        try
        {
            await WorkerCalls.SendAsync(call.RequestStream, new WorkRequest { Hello = hello }, ct);
            if (!await call.ResponseStream.MoveNext(ct) || call.ResponseStream.Current.Welcome is null)
                throw new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream without a welcome."));
            return new WorkStream(call, call.ResponseStream.Current);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>Sends and receives until the connection breaks, which throws, or <paramref name="ct"/> is cancelled.</summary>
    public async Task ServeAsync(Outbox outbox, Action<WorkResponse> receive, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var reading = ReadAsync(receive, either.Token);
        var writing = WriteAsync(outbox, either.Token);
        try
        {
            await await Task.WhenAny(reading, writing);
        }
        finally
        {
            await either.CancelAsync();
            await Task.WhenAll(reading, writing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    public void Dispose() => _call.Dispose();

    private async Task ReadAsync(Action<WorkResponse> receive, CancellationToken ct)
    {
        while (await _call.ResponseStream.MoveNext(ct))
            receive(_call.ResponseStream.Current);
        throw new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream."));
    }

    private async Task WriteAsync(Outbox outbox, CancellationToken ct)
    {
        while (true)
            await WorkerCalls.SendAsync(_call.RequestStream, await outbox.TakeAsync(ct), ct);
    }
}
