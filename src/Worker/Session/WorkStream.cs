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
    public static async Task<WorkStream> Open(WorkerCalls calls, Hello hello, CancellationToken cancellationToken)
    {
        var call = calls.Work(cancellationToken);
        try
        {
            await WorkerCalls.Send(call.RequestStream, new WorkRequest { Hello = hello }, cancellationToken);
            if (!await call.ResponseStream.MoveNext(cancellationToken) || call.ResponseStream.Current.Welcome is null)
                throw new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream without a welcome."));
            return new WorkStream(call, call.ResponseStream.Current);
        }
        catch
        {
            call.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Sends and receives until the connection breaks, which throws, or <paramref name="cancellationToken"/> is cancelled.
    /// </summary>
    public async Task Serve(Outbox outbox, Action<WorkResponse> receive, CancellationToken cancellationToken)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var reading = Read(receive, either.Token);
        var writing = Write(outbox, either.Token);
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

    private async Task Read(Action<WorkResponse> receive, CancellationToken cancellationToken)
    {
        while (await _call.ResponseStream.MoveNext(cancellationToken))
            receive(_call.ResponseStream.Current);
        throw new RpcException(new Status(StatusCode.Unavailable, "The server closed the stream."));
    }

    private async Task Write(Outbox outbox, CancellationToken cancellationToken)
    {
        while (true)
            await WorkerCalls.Send(_call.RequestStream, await outbox.Take(cancellationToken), cancellationToken);
    }
}
