using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Server.Http;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Events;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Sends messages, follows and steers the turns that they begin.</summary>
internal sealed partial class TurnService(
    SendMessage sendMessage,
    ReadConversation readConversation,
    AnswerQuestion answerQuestion,
    ListQuestions listQuestions,
    GetConversation getConversation,
    GetTurn getTurn,
    CancelTurn cancelTurn,
    EventFeed feed) : Wire.TurnService.TurnServiceBase
{
    public override Task<Wire.TurnStatus> SendMessage(Wire.SendMessageRequest request, ServerCallContext context)
    {
        var message = MessageReading.From(request, context);
        return OnceReply.Of<ConversationRecord, Wire.TurnStatus>(
            request, context, SessionViews.Turn,
            (key, encode) => sendMessage.Execute(
                SessionIds.Session(request.SessionId), message, request.Queue, key, encode, context.CancellationToken));
    }

    public override async Task<Wire.ListMessagesResponse> ListMessages(Wire.ListMessagesRequest request, ServerCallContext context)
    {
        var events = await readConversation.Execute(
            SessionIds.Session(request.SessionId), ConversationLog.Messages, context.CancellationToken);
        return new Wire.ListMessagesResponse { Messages = { events.Select(MessageFold.From) } };
    }

    public override async Task<Empty> AnswerQuestion(Wire.AnswerQuestionRequest request, ServerCallContext context)
    {
        if (request.QuestionId.Length == 0)
            throw RpcFault.Invalid([new FieldFault("question_id", "is required")]);
        await answerQuestion.Execute(
            SessionIds.Session(request.SessionId), SessionIds.Approval(request.QuestionId), request.Response, context.GetPrincipal().Id,
            context.CancellationToken);
        return new Empty();
    }

    public override async Task<Wire.ListQuestionsResponse> ListQuestions(Wire.ListQuestionsRequest request, ServerCallContext context) =>
        new()
        {
            Questions =
            {
                (await listQuestions.Execute(SessionIds.Session(request.SessionId), context.CancellationToken)).Select(SessionViews.From),
            },
        };

    public override async Task<Wire.TurnStatus> GetTurn(Wire.GetTurnRequest request, ServerCallContext context)
    {
        var id = SessionIds.Session(request.SessionId);
        return request.OperationId.Length == 0
            ? SessionViews.Turn(await getConversation.Execute(id, context.CancellationToken))
            : SessionViews.From(await getTurn.Execute(id, SessionIds.Operation(request.OperationId), context.CancellationToken));
    }

    public override async Task<Wire.TurnStatus> CancelTurn(Wire.CancelTurnRequest request, ServerCallContext context) => SessionViews.Turn(
        await cancelTurn.Execute(SessionIds.Session(request.SessionId), context.GetPrincipal().Id, context.CancellationToken));

    public override Task<Wire.TurnStatus> CompactSession(Wire.CompactSessionRequest request, ServerCallContext context)
    {
        var message = MessageReading.Compaction(context);
        return OnceReply.Of<ConversationRecord, Wire.TurnStatus>(
            request, context, SessionViews.Turn,
            (key, encode) => sendMessage.Execute(
                SessionIds.Session(request.SessionId), message, mayWait: false, key, encode, context.CancellationToken));
    }

    public override async Task<Wire.ListTracesResponse> ListTraces(Wire.ListTracesRequest request, ServerCallContext context)
    {
        var events = await readConversation.Execute(SessionIds.Session(request.SessionId), TurnTraceFold.Kinds, context.CancellationToken);
        return new Wire.ListTracesResponse { Turns = { TurnTraceFold.From(events) } };
    }
}
