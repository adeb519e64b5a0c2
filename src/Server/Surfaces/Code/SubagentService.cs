using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Koda.Providers;
using Koda.Server.Engine.Attempts;
using Koda.Server.Http;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Subagents;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Starts and lists the subagents of a session.</summary>
internal sealed class SubagentService(StartSubagent start, ListSubagents list) : Wire.SubagentService.SubagentServiceBase
{
    private const int MaxPrompt = 1024 * 1024;

    public override Task<Wire.TurnStatus> StartSubagent(Wire.StartSubagentRequest request, ServerCallContext context)
    {
        var faults = Faults(request).ToList();
        if (faults.Count > 0)
            throw RpcFault.Invalid(faults);
        var asked = new SubagentRequest(CallId: "", request.AgentId, request.Title, request.Prompt);
        return OnceReply.Of<ConversationRecord, Wire.TurnStatus>(request, context, SessionViews.Turn, (key, encode) =>
            start.Execute(
                SessionIds.Session(request.SessionId),
                asked,
                request.Unattended,
                context.GetPrincipal().Id,
                key,
                encode,
                context.CancellationToken));
    }

    public override async Task<Wire.ListSubagentsResponse> ListSubagents(Wire.ListSubagentsRequest request, ServerCallContext context) =>
        new() { Subagents = { (await list.Execute(SessionIds.Session(request.SessionId), context.CancellationToken)).Select(View) } };

    private static IEnumerable<FieldFault> Faults(Wire.StartSubagentRequest request)
    {
        if (request.AgentId.Length == 0)
            yield return new FieldFault("agent_id", "is required");
        if (string.IsNullOrWhiteSpace(request.Prompt))
            yield return new FieldFault("prompt", "is required");
        if (request.Prompt.Length > MaxPrompt)
            yield return new FieldFault("prompt", $"has more than {MaxPrompt} characters");
    }

    private static Wire.Subagent View(SubagentRecord subagent) => new()
    {
        SessionId = subagent.ConversationId.ToString(),
        OperationId = SessionIds.Operation(subagent.TaskId),
        ParentId = subagent.ParentId.ToString(),
        CallId = subagent.CallId,
        AgentId = subagent.AgentId,
        Title = subagent.Title,
        State = SessionViews.State(subagent.State, subagent.StopRequested),
        TimedOut = subagent.TimedOut,
        Output = subagent.Output,
        Cost = Dollars.Of(subagent.CostMicros),
        CreatedAt = Timestamp.FromDateTimeOffset(subagent.CreatedAt),
        FinishedAt = subagent.FinishedAt is { } finished ? Timestamp.FromDateTimeOffset(finished) : null,
    };
}
