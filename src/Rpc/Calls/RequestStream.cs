using Grpc.Core;
using Koda.Rpc.Wire;

namespace Koda.Rpc.Calls;

/// <summary>The streamed requests of one call, written frame by frame by the caller.</summary>
internal sealed class RequestStream<T>(ClientCall call, Marshaller<T> marshaller, RequestEncoding encoding, RequestStreamBody body)
    : IClientStreamWriter<T>
{
    private readonly MessageEncoder _encoder = new(encoding.MaxMessageSize);
    private int _writing;

    public WriteOptions? WriteOptions { get; set; }

    public Task WriteAsync(T message) => WriteAsync(message, CancellationToken.None);

    /// <summary>Writes a message. Cancelling the write cancels the call.</summary>
    public async Task WriteAsync(T message, CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _writing, 1) != 0)
            throw new InvalidOperationException("The previous message is still being written.");
        try
        {
            using var registration = call.CancelOn(cancellationToken);
            if (body.IsCompleted)
                throw new InvalidOperationException("The request stream was completed.");
            ThrowIfEnded();
            var flags = WriteOptions?.Flags ?? encoding.Flags;
            using var frame = new PooledBufferWriter();
            _encoder.Encode(frame, message, marshaller, encoding.Compresses(flags));
            await body.WriteAsync(frame.WrittenMemory, flush: !flags.HasFlag(WriteFlags.BufferHint), call.Token);
        }
        catch (Exception exception) when (exception is ObjectDisposedException or not (InvalidOperationException or RpcException))
        {
            await call.AwaitEndAsync();
            ThrowIfEnded();
            throw call.ToRpcException(exception);
        }
        finally
        {
            Volatile.Write(ref _writing, 0);
        }
    }

    public Task CompleteAsync()
    {
        if (Volatile.Read(ref _writing) != 0)
            throw new InvalidOperationException("The previous message is still being written.");
        body.Complete();
        return Task.CompletedTask;
    }

    private void ThrowIfEnded()
    {
        if (call.Ended is not { } end)
            return;
        if (end.Status.StatusCode == StatusCode.OK)
            throw new InvalidOperationException("The call has ended, so no more requests can be written.");
        throw new RpcException(end.Status, call.GetTrailers());
    }
}
