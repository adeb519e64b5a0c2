using System.Buffers;
using System.IO.Pipelines;
using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Microsoft.AspNetCore.Http.Features;

namespace Koda.Server.Http.Feeds;

/// <summary>
/// The body of a feed. Writers put frames into a pipe; one loop sends whatever has gathered with one flush, so a burst costs few packets
/// and a single event none of the waiting. A full pipe makes the writer wait for the peer, and a peer that reads nothing is cut off.
/// The reply begins with the first message, or when the feed stays silent for a moment: until then a failure can be an ordinary error.
/// </summary>
internal sealed class FeedStream : IServerStreamWriter<IMessage>, IAsyncDisposable
{
    private static readonly PipeOptions s_gathering = new(pauseWriterThreshold: 64 * 1024, useSynchronizationContext: false);
    private static readonly TimeSpan s_openingGrace = TimeSpan.FromMilliseconds(500);

    private readonly Lock _gate = new();
    private readonly Pipe _frames = new(s_gathering);
    private readonly RpcCall _call;
    private readonly IHttpResponseBodyFeature _body;
    private readonly FeedFraming _framing;
    private readonly RpcOptions _options;
    private readonly TimeProvider _time;
    private readonly ITimer _silence;
    private readonly Task _sending;
    private bool _hasBegun;
    private bool _hasEnded;

    public FeedStream(RpcCall call, FeedFraming framing, RpcOptions options, TimeProvider time)
    {
        _call = call;
        // The transcoder is given another one.
        _body = call.Http.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        _framing = framing;
        _options = options;
        _time = time;
        _silence = time.CreateTimer(_ => BreakSilence(), null, s_openingGrace, Timeout.InfiniteTimeSpan);
        _sending = Send();
    }

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(IMessage message) => WriteAsync(message, CancellationToken.None);

    public async Task WriteAsync(IMessage message, CancellationToken cancellationToken)
    {
        ValueTask<FlushResult> flushed;
        lock (_gate)
        {
            if (_hasEnded)
                throw Gone();
            _framing.WriteMessage(_frames.Writer, message);
            _hasBegun = true;
            flushed = _frames.Writer.FlushAsync(cancellationToken);
        }

        if ((await flushed).IsCompleted)
            throw Gone();
    }

    /// <summary>Ends the feed with a last frame and waits until it is sent.</summary>
    /// <returns>False when the reply never began, and still can be anything.</returns>
    public async ValueTask<bool> End(Action<FeedFraming, IBufferWriter<byte>> writeLast)
    {
        lock (_gate)
        {
            if (!_hasEnded && _hasBegun)
                writeLast(_framing, _frames.Writer);
            _hasEnded = true;
            _frames.Writer.Complete();
        }

        await _sending;
        return _hasBegun;
    }

    public async ValueTask DisposeAsync()
    {
        await _silence.DisposeAsync();
        await End((_, _) => { });
    }

    private static RpcFault Gone() => new(ErrorReason.Cancelled, "The caller no longer reads the feed.");

    private void BreakSilence()
    {
        lock (_gate)
            _hasBegun |= !_hasEnded;
        _frames.Reader.CancelPendingRead();
    }

    private async Task Send()
    {
        var frames = _frames.Reader;
        try
        {
            for (var isOpen = false; ; isOpen = true)
            {
                var read = await frames.ReadAsync(_call.Lifetime.Peer);
                if (read is { IsCompleted: true, Buffer.IsEmpty: true } && (isOpen || !_hasBegun))
                    return;
                if (!isOpen)
                    Open();
                else if (read.Buffer.IsEmpty)
                    _framing.WritePing(_body.Writer);
                foreach (var part in read.Buffer)
                    _body.Writer.Write(part.Span);
                frames.AdvanceTo(read.Buffer.End);
                await Flush();
                _silence.Change(_options.FeedPing, Timeout.InfiniteTimeSpan);
            }
        }
        catch (Exception fault) when (fault is TimeoutException or OperationCanceledException or IOException)
        {
            _call.Http.Abort();
        }
        finally
        {
            lock (_gate)
                _hasEnded = true;
            await frames.CompleteAsync();
        }
    }

    private void Open()
    {
        var response = _call.Http.Response;
        response.ContentType = _framing.ContentType;
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        _body.DisableBuffering();
        _framing.WriteOpening(_body.Writer);
    }

    private async ValueTask Flush()
    {
        var peer = _call.Lifetime.Peer;
        var sent = _body.Writer.FlushAsync(peer);
        if (!sent.IsCompletedSuccessfully)
            await sent.AsTask().WaitAsync(_options.WriteTimeout, _time, peer);
    }
}
