using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Server.Http.Rest;
using Koda.Server.Http.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// The body of a feed. Writers put frames into a buffer; one loop sends whatever has gathered with one flush, so a burst costs few packets
/// and a single event none of the waiting. A full buffer makes the writer wait for the peer, and a peer that reads nothing is cut off.
/// The reply begins with the first message, or when the feed stays silent for a moment: until then a failure can be an ordinary error.
/// </summary>
internal sealed class FeedStream : IServerStreamWriter<IMessage>, IAsyncDisposable
{
    private const int HighWater = 64 * 1024;
    private static readonly TimeSpan s_openingGrace = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly HttpContext _http;
    private readonly IHttpResponseBodyFeature _body;
    private readonly FeedFraming _framing;
    private readonly RestOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _silence;
    private PooledBufferWriter _gathered = new();
    private PooledBufferWriter _sending = new();
    private TaskCompletionSource? _room;
    private Task? _pump;
    private bool _awake;
    private bool _ended;

    public FeedStream(HttpContext http, FeedFraming framing, RestOptions options, TimeProvider time)
    {
        _http = http;
        // The transcoder is given another one.
        _body = http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _framing = framing;
        _options = options;
        _time = time;
        _silence = time.CreateTimer(_ => BreakSilence(), null, s_openingGrace, Timeout.InfiniteTimeSpan);
    }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(IMessage message)
    {
        lock (_gate)
        {
            if (_ended)
                throw Gone();
            Open();
            _framing.WriteMessage(_gathered, message);
            Wake();
            if (_gathered.WrittenCount < HighWater)
                return Task.CompletedTask;
            _room ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return _room.Task;
        }
    }

    public Task WriteAsync(IMessage message, CancellationToken cancellationToken) => WriteAsync(message).WaitAsync(cancellationToken);

    /// <summary>Begins the reply, for a handler that has found the call good and has nothing to say yet.</summary>
    public void Begin()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            Open();
            Wake();
        }
    }

    /// <summary>Ends the feed with a last frame and waits until it is sent.</summary>
    /// <returns>False when the reply never began, and still can be anything.</returns>
    public async ValueTask<bool> EndAsync(Action<FeedFraming, PooledBufferWriter> writeLast)
    {
        lock (_gate)
        {
            if (!_ended && _pump is not null)
                writeLast(_framing, _gathered);
            _ended = true;
            if (_pump is null)
                return false;
            Wake();
        }

        await _pump;
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _silence.DisposeAsync();
        await EndAsync((_, _) => { });
        _wake.Dispose();
        _gathered.Dispose();
        _sending.Dispose();
    }

    private static RpcFault Gone() => new(ErrorReason.Cancelled, "The caller no longer reads the feed.");

    private void BreakSilence()
    {
        lock (_gate)
        {
            if (_ended)
                return;
            if (_pump is null)
                Open();
            else if (_gathered.WrittenCount == 0)
                _framing.WritePing(_gathered);
            Wake();
        }
    }

    private void Open()
    {
        if (_pump is not null)
            return;
        _framing.WriteOpening(_gathered);
        _pump = Task.Run(PumpAsync);
    }

    private void Wake()
    {
        if (_awake)
            return;
        _awake = true;
        _wake.Release();
    }

    private async Task PumpAsync()
    {
        try
        {
            WriteHeaders();
            while (await TakeAsync())
                await SendAsync();
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException or IOException)
        {
            _http.Abort();
        }
        finally
        {
            lock (_gate)
            {
                _ended = true;
                _room?.SetException(Gone());
            }
        }
    }

    private void WriteHeaders()
    {
        var response = _http.Response;
        response.ContentType = _framing.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        _body.DisableBuffering();
    }

    /// <summary>Waits for frames and takes all there are; false when the feed has ended and everything is sent.</summary>
    private async ValueTask<bool> TakeAsync()
    {
        await _wake.WaitAsync(_http.RequestAborted);
        TaskCompletionSource? room;
        lock (_gate)
        {
            _awake = false;
            if (_ended && _gathered.WrittenCount == 0)
                return false;
            (_gathered, _sending) = (_sending, _gathered);
            if (_ended)
                Wake();
            (room, _room) = (_room, null);
        }

        room?.SetResult();
        return true;
    }

    private async ValueTask SendAsync()
    {
        // A feed that opens in silence and has no opening frame still sends its headers.
        var body = _body.Writer;
        var sent = _sending.WrittenCount == 0
            ? body.FlushAsync(_http.RequestAborted)
            : body.WriteAsync(_sending.WrittenMemory, _http.RequestAborted);
        if (!sent.IsCompletedSuccessfully)
            await sent.AsTask().WaitAsync(_options.WriteTimeout, _time, _http.RequestAborted);

        // Ten thousand silent feeds should not hold ten thousand buffers.
        _sending.Dispose();
        _silence.Change(_options.FeedPing, Timeout.InfiniteTimeSpan);
    }
}
