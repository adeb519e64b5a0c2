using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Conversations;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>The stream of a session.</summary>
internal sealed partial class TurnService
{
    public override async Task StreamSession(
        Wire.StreamSessionRequest request, IServerStreamWriter<Wire.SessionEvent> replies, ServerCallContext context)
    {
        if (request.AfterId < 0)
            throw RpcFault.Invalid([new FieldFault("after_id", "must not be negative")]);
        var conversation = await getConversation.Execute(SessionIds.Session(request.SessionId), context.CancellationToken);
        var lastTurn = await readConversation.LastTurn(conversation.Id, context.CancellationToken);
        // Somebody who has seen the end of the last turn has nothing to wait for.
        if (!request.Follow && request.AfterId > 0 && conversation is { Turn.IsActive: false, QueuedMessages: 0 }
            && await readConversation.HasNothingAfter(conversation.Id, lastTurn, request.AfterId, context.CancellationToken))
        {
            return;
        }
        var after = request.AfterId > 0 ? request.AfterId : Math.Max(0, lastTurn - 1);
        await context.UntilDraining("event", async ending =>
        {
            await Follow(conversation.Id, after, request.Follow, replies, ending);
        });
    }

    private async Task Follow(
        Guid id, long after, bool forEver, IServerStreamWriter<Wire.SessionEvent> replies, CancellationToken cancellationToken)
    {
        await foreach (var page in feed.Follow(id, after, cancellationToken))
        {
            foreach (var entry in page)
            {
                if (SessionEventViews.From(entry) is { } view)
                    await replies.WriteAsync(view, cancellationToken);
                if (!forEver && entry.Kind == ConversationEvents.TurnEndedKind)
                    return;
            }
        }
    }
}
