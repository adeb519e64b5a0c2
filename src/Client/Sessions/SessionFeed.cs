using Grpc.Core;
using Koda.Client.Calls;

namespace Koda.Client.Sessions;

/// <summary>One feed of a session's turn over as many connections as it takes.</summary>
internal sealed class SessionFeed(
    Code.TurnService.TurnServiceClient service,
    CallRunner calls,
    string sessionId,
    long afterId,
    Action<KodaException, TimeSpan>? onCut) : IDisposable
{
    private readonly CutFeed _patience = new(calls.Options, onCut);
    private AsyncServerStreamingCall<Code.SessionEvent>? _call;
    private long _id = afterId;
    private bool _ended;
    private int _silent;

    /// <returns>The next event; null after the end of the turn.</returns>
    public async Task<Code.SessionEvent?> NextAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                _call ??= service.StreamSession(new() { SessionId = sessionId, AfterId = _id }, calls.Prepare(cancellation));
                while (await _call.ResponseStream.MoveNext(cancellation))
                    if (Accept(_call.ResponseStream.Current) is { } item) return item;
                // A server that goes down may close its feeds as if they had ended. Without its last event an end is believed only when no
                // turn runs, and another look brought nothing.
                if (_ended || (_silent++ > 0 && !await IsActiveAsync(cancellation))) return null;
                await PauseAsync(new KodaException(new Status(StatusCode.Unavailable, "The feed was closed before the turn ended."), null)
                {
                    Code = "feed.closed",
                }, cancellation);
            }
            catch (RpcException e)
            {
                cancellation.ThrowIfCancellationRequested();
                await PauseAsync(ErrorReader.Read(e), cancellation);
            }
        }
    }

    public void Dispose() => _call?.Dispose();

    private Code.SessionEvent? Accept(Code.SessionEvent item)
    {
        if (item.Id <= _id) return null;
        _id = item.Id;
        _ended = item.PayloadCase is Code.SessionEvent.PayloadOneofCase.Done or Code.SessionEvent.PayloadOneofCase.Error;
        _silent = 0;
        _patience.Alive();
        return item;
    }

    private async Task<bool> IsActiveAsync(CancellationToken cancellation) =>
        (await calls.RunAsync(o => service.GetTurnAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellation)).Active;

    private async Task PauseAsync(KodaException error, CancellationToken cancellation)
    {
        _call?.Dispose();
        _call = null;
        await _patience.PauseAsync(error, cancellation);
    }
}
