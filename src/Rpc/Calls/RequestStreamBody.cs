using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>
/// Carries streamed requests to the attempt that runs. While the call may be retried it also keeps them, up to a limit, and sends them again to
/// the next attempt.
/// </summary>
[SuppressMessage("Design", "CA1001", Justification = "The gate has no handle, and the buffer is given back as soon as no retry needs it.")]
internal sealed class RequestStreamBody(bool retries, int maxReplay) : RequestBody
{
    // Held for one write, or while an attempt is given what was written before it.
    private readonly SemaphoreSlim _gate = new(1, 1);
    private readonly TaskCompletionSource _attached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _completed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly PooledBufferWriter _replay = new();
    private volatile bool _canReplay = retries;
    private Stream? _stream;

    public override bool CanReplay => _canReplay || !_attached.Task.IsCompleted;

    public bool IsCompleted => _completed.Task.IsCompletedSuccessfully;

    public void Complete() => _completed.TrySetResult();

    public override void Commit() => _canReplay = false;

    public override HttpContent CreateContent()
    {
        _stream = null;
        return new Content(this);
    }

    public override void End(Status status)
    {
        _attached.TrySetCanceled();
        _completed.TrySetCanceled();
    }

    /// <summary>Hands a frame to the attempt that runs; without one, keeps it if the call may be retried, and else waits for one.</summary>
    public async ValueTask WriteAsync(ReadOnlyMemory<byte> frame, bool flush, CancellationToken cancellationToken)
    {
        if (!_canReplay && !_attached.Task.IsCompletedSuccessfully)
            await _attached.Task;
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_canReplay && _replay.WrittenCount + frame.Length > maxReplay)
                _canReplay = false;
            var stream = _stream;
            if (_canReplay || stream is null)
                _replay.Write(frame.Span);
            if (stream is not null)
                await SendAsync(stream, frame, flush, cancellationToken);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async ValueTask SendAsync(Stream stream, ReadOnlyMemory<byte> frame, bool flush, CancellationToken cancellationToken)
    {
        try
        {
            await stream.WriteAsync(frame, cancellationToken);
            if (flush)
                await stream.FlushAsync(cancellationToken);
        }
        catch (Exception exception) when (_canReplay && exception is not OperationCanceledException)
        {
            // The attempt has failed. The frame is kept for the next one, and if there is none, the response says why.
            _stream = null;
        }
    }

    private async Task AttachAsync(Stream stream, CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_replay.WrittenCount > 0)
                await stream.WriteAsync(_replay.WrittenMemory, cancellationToken);
            // Sends the request headers even when the first message is yet to come.
            await stream.FlushAsync(cancellationToken);
            if (!_canReplay)
                _replay.Dispose();
            _stream = stream;
            _attached.TrySetResult();
        }
        finally
        {
            _gate.Release();
        }
    }

    private sealed class Content : HttpContent
    {
        private readonly RequestStreamBody _body;

        public Content(RequestStreamBody body)
        {
            _body = body;
            SetContentType(this);
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            SerializeToStreamAsync(stream, context, CancellationToken.None);

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken)
        {
            await _body.AttachAsync(stream, cancellationToken);
            await _body._completed.Task.WaitAsync(cancellationToken);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
