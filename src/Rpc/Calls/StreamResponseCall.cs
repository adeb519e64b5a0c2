using Grpc.Core;

namespace Koda.Rpc.Calls;

/// <summary>A call that is answered with a stream of messages.</summary>
internal sealed class StreamResponseCall<TResponse>(
    RpcChannel channel, IMethod method, string? host, CallOptions options, Marshaller<TResponse> marshaller)
    : ClientCall(channel, method, host, options), IAsyncStreamReader<TResponse>
    where TResponse : class
{
    private Task<ResponseFrames?> _opening = null!;
    private ResponseFrames? _frames;
    private TResponse? _current;
    private int _reading;

    /// <exception cref="InvalidOperationException">No message was read yet, or the stream has ended.</exception>
    public TResponse Current => _current ?? throw new InvalidOperationException("There is no current message.");

    public void Start<TRequest>(TRequest request, Marshaller<TRequest> requestMarshaller, RequestEncoding encoding)
    {
        try
        {
            Start(encoding.Encode(request, requestMarshaller));
        }
        catch (Exception exception)
        {
            Observe(Task.FromException<ResponseFrames?>(Fail(exception)));
        }
    }

    public void Start(RequestBody body) => Observe(OpenAndReportAsync(body));

    /// <summary>Reads the next message. Cancelling the read cancels the call.</summary>
    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _reading, 1) != 0)
            throw new InvalidOperationException("The previous message is still being read.");
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var registration = CancelOn(cancellationToken);
            return await ReadNextAsync();
        }
        catch (Exception exception)
        {
            _current = null;
            if (cancellationToken.IsCancellationRequested)
                Cancel();
            throw Fail(exception);
        }
        finally
        {
            Volatile.Write(ref _reading, 0);
        }
    }

    private void Observe(Task<ResponseFrames?> opening)
    {
        _opening = opening;
        // Its failure is reported by the next read; a call that nobody reads must not raise an unobserved exception.
        _ = opening.ContinueWith(
            static task => _ = task.Exception, TaskContinuationOptions.OnlyOnFaulted | TaskContinuationOptions.ExecuteSynchronously);
    }

    private async Task<ResponseFrames?> OpenAndReportAsync(RequestBody body)
    {
        try
        {
            var frames = await OpenAsync(body);
            if (frames is null)
                EndByTrailers();
            return frames;
        }
        catch (Exception exception)
        {
            throw Fail(exception);
        }
    }

    private async ValueTask<bool> ReadNextAsync()
    {
        if (Ended is not null)
            return AtEnd();
        _frames ??= await _opening;
        if (_frames is null)
            return AtEnd();
        if (await _frames.FillAsync(Token))
            return _frames.TryTake(marshaller, out _current);
        EndByTrailers();
        _frames.Release();
        return AtEnd();
    }

    private bool AtEnd()
    {
        ThrowUnlessOk();
        _current = null;
        return false;
    }
}
