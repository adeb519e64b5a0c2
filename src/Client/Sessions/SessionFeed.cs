using Grpc.Core;
using Koda.Client.Calls;
using Payload = Koda.Protos.Code.V1.SessionEvent.PayloadOneofCase;

namespace Koda.Client.Sessions;

/// <summary>The stream of a session's turn, or of all its turns.</summary>
internal sealed class SessionFeed(Code.TurnService.TurnServiceClient service, CallRunner calls, string sessionId, bool endless = false)
    : IFeedSource<Code.SessionEvent>
{
    public AsyncServerStreamingCall<Code.SessionEvent> Open(long after, CallOptions options) =>
        service.StreamSession(new() { SessionId = sessionId, AfterId = after, Follow = endless }, options);

    public long PositionOf(Code.SessionEvent item) => item.Id;

    /// <summary>Without the turn's last event an end is believed only when no turn runs, and another look brought nothing.</summary>
    public async Task<bool> HasEnded(FeedEnd<Code.SessionEvent> end, CancellationToken cancellationToken) =>
        !endless && (end.Last?.PayloadCase is Payload.Done or Payload.Error || (end.Silent > 0 && !await IsActive(cancellationToken)));

    private async Task<bool> IsActive(CancellationToken cancellationToken) =>
        (await calls.Run(o => service.GetTurnAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken)).Active;
}
