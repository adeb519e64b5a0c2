using System.Text.Json;
using Koda.Server.Engine.Approvals;
using Koda.Server.Engine.Attempts;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Tasks;

namespace Koda.Server.Engine.Subagents;

/// <summary>What the stream of a conversation tells of its subagents, in the words of docs/event-log.md.</summary>
internal static class SubagentEvents
{
    public const string StartedKind = "subagent.started";
    public const string AskedKind = "subagent.asked";
    public const string FinishedKind = "subagent.finished";

    public static NewEvent Started(SubagentCaller caller, Guid conversationId, SubagentRequest request) =>
        New(
            StartedKind,
            caller.RunId,
            new { ConversationId = conversationId, CallId = NullIfEmpty(request.CallId), request.AgentId, request.Title, request.Prompt });

    /// <summary>A subagent's question, told where people look.</summary>
    public static NewEvent Asked(Guid runId, SubagentRecord subagent, ApprovalRecord asked)
    {
        using var arguments = JsonDocument.Parse(asked.Arguments);
        return New(AskedKind, runId, new
        {
            subagent.ConversationId,
            subagent.AgentId,
            ApprovalId = asked.Id,
            asked.CallId,
            asked.Tool,
            Arguments = arguments.RootElement,
            Preview = NullIfEmpty(asked.Preview),
            asked.Risk,
            asked.ExpiresAt,
            Purpose = asked.Purpose == ApprovalPurpose.Question ? "question" : null,
            Options = asked.Options.Count > 0 ? asked.Options : null,
            Multiple = asked.Multiple ? true : (bool?)null,
            AlwaysPattern = NullIfEmpty(asked.AlwaysPattern),
        });
    }

    public static NewEvent Finished(Guid runId, SubagentRecord subagent) => New(FinishedKind, runId, new
    {
        subagent.ConversationId,
        CallId = NullIfEmpty(subagent.CallId),
        subagent.AgentId,
        subagent.Title,
        State = subagent.Outcome,
        subagent.Result,
        subagent.CostMicros,
    });

    /// <summary>One that could not be started.</summary>
    public static NewEvent Refused(SubagentCaller caller, SubagentRequest request, string why) => New(FinishedKind, caller.RunId, new
    {
        CallId = NullIfEmpty(request.CallId),
        request.AgentId,
        request.Title,
        State = "refused",
        Result = why,
        CostMicros = 0L,
    });

    private static string? NullIfEmpty(string text) => text.Length == 0 ? null : text;

    private static NewEvent New<T>(string kind, Guid runId, T payload) => new(kind, TaskEvents.System, runId, 0, EngineJson.Write(payload));
}
