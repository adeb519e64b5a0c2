using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>One call from its first attempt to its status: deadline, cancellation, retries, headers and trailers.</summary>
internal abstract class ClientCall : IDisposable
{
    private static readonly TimeSpan s_endGrace = TimeSpan.FromMilliseconds(250);

    private readonly RpcChannel _channel;
    private readonly CallRequest _request;
    private readonly CancellationTokenSource _cancellation;
    private readonly CancellationTokenRegistration _callerCancellation;
    private readonly CancellationTokenRegistration _inheritedCancellation;
    private readonly CancellationTokenRegistration _deadline;
    private RequestBody? _body;
    private HttpResponseMessage? _response;
    private TaskCompletionSource<Metadata>? _headers;
    private CallEnd? _end;
    private bool _hasHeadersOnly;

    protected ClientCall(RpcChannel channel, IMethod method, string? host, CallOptions options)
    {
        _channel = channel;
        _request = new CallRequest(channel, method, host, options);
        _cancellation = _request.CreateCancellation();
        channel.Add(this);
        if (_request.HasDeadline)
            _deadline = _cancellation.Token.UnsafeRegister(static call => ((ClientCall)call!).End(DeadlineExceeded), this);
        _callerCancellation = CancelOn(options.CancellationToken);
        _inheritedCancellation = CancelOn(options.PropagationToken?.CancellationToken ?? default);
    }

    private static Status DeadlineExceeded => new(StatusCode.DeadlineExceeded, "The deadline has passed.");

    /// <summary>Signalled when the call must stop what it does.</summary>
    public CancellationToken Token => _cancellation.Token;

    public CallEnd? Ended => Volatile.Read(ref _end);

    public Task<Metadata> ResponseHeadersAsync()
    {
        var headers = Volatile.Read(ref _headers);
        if (headers is null)
        {
            var created = new TaskCompletionSource<Metadata>(TaskCreationOptions.RunContinuationsAsynchronously);
            headers = Interlocked.CompareExchange(ref _headers, created, null) ?? created;
            PublishHeaders();
        }
        return headers.Task;
    }

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Status GetStatus() => (Ended ?? throw NotEnded("status")).Status;

    /// <exception cref="InvalidOperationException">The call has not ended.</exception>
    public Metadata GetTrailers()
    {
        var end = Ended ?? throw NotEnded("trailers");
        if (end.Trailers is { } trailers)
            return trailers;
        trailers = _response is { } response ? ResponseHeaders.ToMetadata(response.TrailingHeaders) : Metadata.Empty;
        Volatile.Write(ref _end, end with { Trailers = trailers });
        return trailers;
    }

    /// <summary>Cancels the call unless it has ended.</summary>
    public void Dispose() => Cancel();

    public void Cancel() => End(new Status(StatusCode.Cancelled, "The call was cancelled."));

    /// <summary>Cancels the call when a token is signalled.</summary>
    public CancellationTokenRegistration CancelOn(CancellationToken token) =>
        token.UnsafeRegister(static call => ((ClientCall)call!).Cancel(), this);

    /// <summary>Makes attempts until the server answers with messages, or with an OK that has none, which gives null.</summary>
    /// <exception cref="RpcException">The last attempt failed.</exception>
    protected async Task<ResponseFrames?> OpenAsync(RequestBody body)
    {
        _body = body;
        if (Ended is { } end)
        {
            body.End(end.Status);
            throw new RpcException(end.Status);
        }
        AttemptSchedule? attempts = null;
        while (true)
        {
            Exception failure;
            try
            {
                var content = body.CreateContent();
                var message = await _request.CreateMessageAsync(content, attempts?.Retries ?? 0, Token);
                var response = await _channel.SendAsync(message, Token);
                if (ResponseHeaders.StatusWithoutBody(response) is not { } status)
                    return Accept(response, body);
                if (status.StatusCode == StatusCode.OK)
                {
                    _hasHeadersOnly = true;
                    SetResponse(response);
                    return null;
                }
                response.Dispose();
                failure = new RpcException(status, ResponseHeaders.ToMetadata(response.Headers));
            }
            catch (Exception exception) when (exception is not RpcException && Ended is null && !Token.IsCancellationRequested)
            {
                failure = exception;
            }
            attempts ??= new AttemptSchedule(_channel, _request.Options);
            if (attempts.Next(failure, body.CanReplay) is not { } delay)
                throw ToRpcException(failure);
            await Task.Delay(delay, _channel.Options.TimeProvider, Token);
        }
    }

    /// <summary>Ends the call by the trailers of its response, which has been read completely.</summary>
    /// <param name="insteadOfOk">The status of a call that the server ended well but that broke the protocol.</param>
    /// <exception cref="RpcException">The status is not OK.</exception>
    protected void EndByTrailers(Status? insteadOfOk = null)
    {
        var status = _hasHeadersOnly ? Status.DefaultSuccess : ResponseHeaders.StatusOfTrailers(_response!);
        var trailers = _hasHeadersOnly ? ResponseHeaders.ToMetadata(_response!.Headers) : null;
        End(status.StatusCode == StatusCode.OK ? insteadOfOk ?? status : status, trailers);
        ThrowUnlessOk();
    }

    protected void ThrowUnlessOk()
    {
        if (Ended!.Status.StatusCode != StatusCode.OK)
            throw new RpcException(Ended.Status, GetTrailers());
    }

    /// <summary>Ends the call, unless it has ended, and gives the exception that its caller gets.</summary>
    protected RpcException Fail(Exception exception)
    {
        var failure = ToRpcException(exception);
        End(failure.Status, failure.Trailers.Count > 0 ? failure.Trailers : null);
        return Ended!.Status == failure.Status ? failure : new RpcException(Ended.Status, GetTrailers());
    }

    /// <summary>Waits a moment for the end of the call: it tells why the transport cut a write, and may come a little later than that.</summary>
    public async Task AwaitEndAsync()
    {
        if (Ended is null)
            await Task.Delay(s_endGrace, _channel.Options.TimeProvider, Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    /// <summary>What the caller gets for a failure: the end of the call if it has one, else the status that the failure stands for.</summary>
    public RpcException ToRpcException(Exception exception)
    {
        if (Ended is { } end)
            return new RpcException(end.Status, GetTrailers());
        if (exception is RpcException failure)
            return failure;
        // The caller's cancellation ends the call before it is signalled; only the deadline signals first.
        if (Token.IsCancellationRequested)
            return new RpcException(DeadlineExceeded);
        // The server's own timer may end the stream, in whatever way the transport tells it, before ours has fired.
        return new RpcException(_request.Remaining <= TimeSpan.Zero ? DeadlineExceeded : CallFailure.StatusOf(exception));
    }

    private ResponseFrames Accept(HttpResponseMessage response, RequestBody body)
    {
        body.Commit();
        var decoder = new MessageDecoder(_channel.Options.MaxReceiveMessageSize)
        {
            Encoding = ResponseHeaders.First(response.Headers.NonValidated, WireNames.Encoding),
        };
        var frames = new ResponseFrames(response.Content.ReadAsStream(), decoder);
        SetResponse(response);
        return frames;
    }

    private void SetResponse(HttpResponseMessage response)
    {
        Interlocked.Exchange(ref _response, response);
        if (Ended is not null)
            response.Dispose();
        PublishHeaders();
    }

    private void End(Status status) => End(status, null);

    private void End(Status status, Metadata? trailers)
    {
        if (Interlocked.CompareExchange(ref _end, new CallEnd(status, trailers), null) is not null)
            return;
        _callerCancellation.Unregister();
        _inheritedCancellation.Unregister();
        _deadline.Unregister();
        if (_request.HasDeadline)
            _cancellation.CancelAfter(Timeout.InfiniteTimeSpan);
        if (status.StatusCode == StatusCode.OK)
            _channel.RetryThrottle?.Succeeded();
        else
            _cancellation.Cancel();
        _body?.End(status);
        _response?.Dispose();
        _channel.Remove(this);
        PublishHeaders();
    }

    private void PublishHeaders()
    {
        if (Volatile.Read(ref _headers) is not { } headers)
            return;
        if (Volatile.Read(ref _response) is { } response)
        {
            headers.TrySetResult(ResponseHeaders.ToMetadata(response.Headers));
        }
        else if (Ended is { } end)
        {
            headers.TrySetException(new RpcException(end.Status, end.Trailers ?? Metadata.Empty));
            _ = headers.Task.Exception;
        }
    }

    private static InvalidOperationException NotEnded(string what) => new($"The {what} of the call can be read when it has ended.");
}
