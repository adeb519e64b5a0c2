using System.IO.Pipelines;
using Grpc.Core;
using Koda.Protos.Common.V1;
using Koda.Rpc.Wire;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Koda.Rpc.AspNetCore;

/// <summary>A call by gRPC or gRPC-Web: reads and writes its messages and its end.</summary>
internal sealed class GrpcCallContext : RpcCallContext
{
    private readonly FrameReader _reader;
    private readonly MessageEncoder _encoder;
    private readonly PipeWriter _output;
    private readonly GrpcFlavor _flavor;
    private readonly bool _compress;
    private bool _hasWritten;
    private bool _isTorn;
    private bool _isOver;

    public GrpcCallContext(HttpContext http, RpcMethod method, CallLifetime lifetime, GrpcFlavor flavor, RpcOptions options)
        : base(http, method, lifetime)
    {
        _flavor = flavor;
        var headers = http.Request.Headers;
        var decoder = new MessageDecoder(options.MaxReceiveMessageSize) { Encoding = headers[WireNames.Encoding] };
        _reader = new FrameReader(GrpcBodies.Input(http, flavor), decoder);
        _encoder = new MessageEncoder(options.MaxSendMessageSize);
        _output = GrpcBodies.Output(http, flavor);
        _compress = options.CompressReplies && MessageCompression.AcceptsGzip(headers[WireNames.AcceptEncoding].ToString());
        if (_compress)
            http.Response.Headers[WireNames.Encoding] = WireNames.Gzip;
    }

    public async ValueTask<T> ReadSingleAsync<T>(Marshaller<T> marshaller)
        where T : class
    {
        try
        {
            return await _reader.ReadSingleAsync(marshaller, CancellationToken);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException)
        {
            throw Abandoned(exception);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
        {
            throw TooLarge(exception);
        }
    }

    public async ValueTask<T?> ReadAsync<T>(Marshaller<T> marshaller, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            return await _reader.ReadAsync(marshaller, cancellationToken);
        }
        catch (Exception exception) when (exception is IOException or ConnectionAbortedException)
        {
            throw Abandoned(exception);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.ResourceExhausted)
        {
            throw TooLarge(exception);
        }
    }

    /// <summary>Writes the reply of a method that has one; it leaves together with the status.</summary>
    public void WriteLast<T>(T message, Marshaller<T> marshaller)
        where T : class
    {
        if (message is null)
            throw new InvalidOperationException($"{Method} returned no message.");
        Write(message, marshaller, WriteOptions);
    }

    /// <summary>Writes a message of a stream and hands it to the transport, unless more are announced.</summary>
    public async Task WriteAsync<T>(T message, Marshaller<T> marshaller, WriteOptions? options, CancellationToken cancellationToken)
        where T : class
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_isOver)
            throw new InvalidOperationException("The call is over.");
        Write(message, marshaller, options);
        if (options is not null && options.Flags.HasFlag(WriteFlags.BufferHint))
            return;
        // A flush that is cancelled breaks the stream, and the status with it. One whose peer does not read ends with the connection, by its minimal rate.
        var flushed = await _output.FlushAsync(CancellationToken.None);
        cancellationToken.ThrowIfCancellationRequested();
        if (flushed.IsCompleted || flushed.IsCanceled)
            throw Abandoned(null);
    }

    /// <summary>Ends the call with its status.</summary>
    public async Task FinishAsync(CallFailure? failure)
    {
        _isOver = true;
        if (Lifetime.PeerGone)
            return;
        if (_isTorn)
            GrpcReset.Internal(HttpContext);
        else
            await GrpcEnding.WriteAsync(HttpContext, _output, _flavor, failure, TrailersOrNull, !_hasWritten && failure is not null);
    }

    protected override async Task WriteResponseHeadersAsyncCore(Metadata responseHeaders)
    {
        await base.WriteResponseHeadersAsyncCore(responseHeaders);
        _hasWritten = true;
    }

    private void Write<T>(T message, Marshaller<T> marshaller, WriteOptions? options)
        where T : class
    {
        var compress = _compress && (options is null || !options.Flags.HasFlag(WriteFlags.NoCompress));
        _isTorn = true;
        try
        {
            _encoder.Encode(_output, message, marshaller, compress);
        }
        catch (RpcException)
        {
            // The message was refused for its size, before its first byte.
            _isTorn = false;
            throw;
        }

        _isTorn = false;
        _hasWritten = true;
    }

    private static RpcFault TooLarge(RpcException exception) => new(ErrorReason.PayloadTooLarge, exception.Status.Detail, exception);

    private static RpcFault Abandoned(Exception? cause) => new(ErrorReason.Cancelled, "The caller went away.", cause);
}
