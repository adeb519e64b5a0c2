using System.Buffers;
using System.Net.WebSockets;
using System.Text;
using Google.Protobuf;
using Grpc.Core;
using Koda.Protos.Common.V1;

namespace Koda.Server.Http.Feeds;

/// <summary>A WebSocket as the two streams of a call. The client's close frame ends its stream, as half-closing does by gRPC.</summary>
internal sealed class SocketStream(
    Func<Task<WebSocket>> accept, SocketFrames frames, IMessage first, RpcOptions options, TimeProvider time, CancellationToken ended)
    : IAsyncStreamReader<IMessage>, IServerStreamWriter<IMessage>, IDisposable
{
    private const int MaxReason = 123;
    private const int CloseCodesOfApplications = 4000;
    private static readonly TimeSpan s_closingTime = TimeSpan.FromSeconds(2);

    private readonly SemaphoreSlim _sending = new(1);
    private readonly ArrayBufferWriter<byte> _received = new();
    private readonly SemaphoreSlim _accepting = new(1);
    private WebSocket? _socket;
    private Task<ValueWebSocketReceiveResult>? _receiving;
    private bool _gaveFirst;

    public IMessage Current { get; private set; } = first;

    /// <summary>Whether the reply to the request is a socket already.</summary>
    public bool IsAccepted => _socket is not null;

    public WriteOptions? WriteOptions { get; set; }

    public async Task<bool> MoveNext(CancellationToken cancellationToken)
    {
        if (!_gaveFirst)
            return _gaveFirst = true;

        _received.ResetWrittenCount();
        while (true)
        {
            var part = await Receive(cancellationToken);
            if (part.MessageType == WebSocketMessageType.Close)
                return false;
            _received.Advance(part.Count);
            if (_received.WrittenCount > options.MaxBodySize)
                throw new RpcFault(ErrorReason.PayloadTooLarge, $"The message is larger than the limit of {options.MaxBodySize} bytes.");
            if (!part.EndOfMessage)
                continue;
            Current = frames.Read(part.MessageType, _received.WrittenMemory);
            return true;
        }
    }

    public Task WriteAsync(IMessage message, CancellationToken cancellationToken) => WriteAsync(message).WaitAsync(cancellationToken);

    public async Task WriteAsync(IMessage message)
    {
        var frame = frames.Write(message);
        var socket = await Socket();
        await _sending.WaitAsync(ended);
        try
        {
            var sent = socket.SendAsync(frame.AsMemory(), frames.ReplyKind, endOfMessage: true, ended);
            if (!sent.IsCompletedSuccessfully)
                await sent.AsTask().WaitAsync(options.WriteTimeout, time, ended);
        }
        catch (Exception fault) when (fault is WebSocketException or TimeoutException)
        {
            socket.Abort();
            throw Gone(fault);
        }
        finally
        {
            _sending.Release();
        }
    }

    /// <summary>Closes with 1000, or with 4000 + the HTTP status of the failure; then gives the peer a moment to close too.</summary>
    public async ValueTask Close(CallFailure? failure)
    {
        var code = failure is null ? (int)WebSocketCloseStatus.NormalClosure : CloseCodesOfApplications + failure.Description.HttpStatus;
        var reason = failure is null ? "" : Cut($"{failure.Description.Code}: {failure.Message}");
        using var patience = new CancellationTokenSource(s_closingTime, time);
        var socket = await Socket();
        try
        {
            await socket.CloseOutputAsync((WebSocketCloseStatus)code, reason, patience.Token);
            while (socket.State == WebSocketState.CloseSent)
            {
                _received.ResetWrittenCount();
                await Receive(patience.Token);
            }
        }
        catch (Exception fault) when (fault is WebSocketException or OperationCanceledException or RpcFault)
        {
            socket.Abort();
        }
    }

    public void Dispose()
    {
        _socket?.Dispose();
        _sending.Dispose();
        _accepting.Dispose();
    }

    private async ValueTask<WebSocket> Socket()
    {
        if (_socket is { } accepted)
            return accepted;
        await _accepting.WaitAsync(ended);
        try
        {
            return _socket ??= await accept();
        }
        finally
        {
            _accepting.Release();
        }
    }

    private static RpcFault Gone(Exception cause) => new(ErrorReason.Cancelled, "The caller went away.", cause);

    /// <summary>Receives without the token: cancelling a receive would break the socket, and no close frame could tell why.</summary>
    private async ValueTask<ValueWebSocketReceiveResult> Receive(CancellationToken cancellationToken)
    {
        try
        {
            var socket = await Socket();
            _receiving ??= socket.ReceiveAsync(_received.GetMemory(4096), CancellationToken.None).AsTask();
            var part = await _receiving.WaitAsync(cancellationToken);
            _receiving = null;
            return part;
        }
        catch (WebSocketException fault)
        {
            throw Gone(fault);
        }
    }

    private static string Cut(string text)
    {
        while (Encoding.UTF8.GetByteCount(text) > MaxReason)
            text = text[..^1];
        return text;
    }
}
