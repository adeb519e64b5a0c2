using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Settings;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Creates, reads, changes and branches coding sessions.</summary>
internal sealed class SessionService(
    CreateConversation create,
    ListConversations list,
    GetConversation get,
    UpdateConversation update,
    DeleteConversation delete,
    BranchConversation branch,
    CurrentSettings settings) : Wire.SessionService.SessionServiceBase
{
    private const string NextCursor = "next-cursor";

    public override async Task<Wire.Session> CreateSession(Wire.CreateSessionRequest request, ServerCallContext context)
    {
        var agentId = request.AgentId.Length > 0 ? request.AgentId : await DefaultAgent.Of(settings, context.CancellationToken);
        var asked = new ConversationRequest(agentId, request.ModelId, request.Title, request.Workspace, context.GetPrincipal().Id);
        return await OnceReply.Of<ConversationRecord, Wire.Session>(
            request, context, SessionViews.From, (key, encode) => create.Execute(asked, key, encode, context.CancellationToken));
    }

    public override async Task<Wire.ListSessionsResponse> ListSessions(Wire.ListSessionsRequest request, ServerCallContext context)
    {
        var page = await list.Execute(request.Workspace, request.Limit, request.Cursor, context.CancellationToken);
        // By REST the answer is the array alone, so the cursor goes beside it.
        if (page.NextCursor is { } next)
            await context.WriteResponseHeadersAsync(new Metadata { { NextCursor, next } });
        return new Wire.ListSessionsResponse { Sessions = { page.Items.Select(SessionViews.From) }, NextCursor = page.NextCursor ?? "" };
    }

    public override async Task<Wire.Session> GetSession(Wire.GetSessionRequest request, ServerCallContext context) =>
        SessionViews.From(await get.Execute(SessionIds.Session(request.SessionId), context.CancellationToken));

    public override async Task<Wire.Session> UpdateSession(Wire.UpdateSessionRequest request, ServerCallContext context)
    {
        var change = request.Session ?? new Wire.SessionChange();
        return SessionViews.From(await update.Execute(
            SessionIds.Session(request.SessionId),
            Given("agent_id", change.AgentId),
            Given("model_id", change.ModelId),
            Given("title", change.Title),
            context.GetPrincipal().Id,
            context.CancellationToken));

        string? Given(string field, string value) =>
            (request.UpdateMask is { } mask ? mask.Paths.Contains(field) : value.Length > 0) ? value : null;
    }

    public override async Task<Empty> DeleteSession(Wire.DeleteSessionRequest request, ServerCallContext context)
    {
        await delete.Execute(SessionIds.Session(request.SessionId), context.GetPrincipal().Id, context.CancellationToken);
        return new Empty();
    }

    public override Task<Wire.Session> BranchSession(Wire.BranchSessionRequest request, ServerCallContext context)
    {
        if (request.MessageId.Length == 0)
            throw RpcFault.Invalid([new FieldFault("message_id", "is required")]);
        return OnceReply.Of<ConversationRecord, Wire.Session>(request, context, SessionViews.From, (key, encode) =>
            branch.Execute(
                SessionIds.Session(request.SessionId),
                request.MessageId,
                context.GetPrincipal().Id,
                key,
                encode,
                context.CancellationToken));
    }
}
