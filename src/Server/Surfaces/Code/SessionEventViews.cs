using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Subagents;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>
/// The stream's view of events. Each event of the log becomes one of the documented events, or none; what it becomes follows from the log
/// alone, so that whoever reads it again sees the same.
/// </summary>
internal static class SessionEventViews
{
    /// <summary>The event as the stream tells it; null when it does not.</summary>
    public static Wire.SessionEvent? From(Event entry)
    {
        using var document = JsonDocument.Parse(entry.Payload);
        var view = new Wire.SessionEvent
        {
            Id = entry.Seq,
            SessionId = entry.StreamId.ToString(),
            OperationId = SessionIds.Operation(entry.RunId),
            Time = Timestamp.FromDateTime(entry.Time),
        };
        if (!Fill(view, entry, document.RootElement))
            return null;
        view.Event = s_payload.Accessor.GetCaseFieldDescriptor(view).Name;
        return view;
    }

    private static readonly Google.Protobuf.Reflection.OneofDescriptor s_payload = Wire.SessionEvent.Descriptor.Oneofs.Single(oneof =>
        oneof.Name == "payload");

    private static bool Fill(Wire.SessionEvent view, Event entry, JsonElement payload)
    {
        switch (entry.Kind)
        {
            case "model.delta": view.Delta = new() { Content = payload.Text("text") }; break;
            case "model.reasoning": view.ReasoningDelta = new() { Content = payload.Text("text") }; break;
            case "model.reasoning_done": view.ReasoningDone = new() { Tokens = payload.Number("tokens") }; break;
            case "model.tool_input": view.ToolInputDelta = ToolInput(payload); break;
            case "tool.started": view.ToolStart = ToolStart(payload); break;
            case "tool.output": view.ToolOutput = ToolOutput(payload); break;
            case "tool.finished": view.ToolEnd = ToolEnd(payload); break;
            case "turn.ended": return TurnEndViews.Fill(view, payload);
            case "message.refused": view.Error = TurnEndViews.Failure(payload.GetProperty("error")); break;
            case "model.failed" when payload.Text("next_model") is { Length: > 0 } next:
                view.Retry = Retry($"{payload.GetProperty("error").Text("message")} Asking {next} instead.", Failures(payload), 0);
                break;
            case "model.failed" when payload.TryGetProperty("retryable", out var retryable) && retryable.ValueKind == JsonValueKind.True:
                view.Retry = Retry(
                    payload.GetProperty("error").Text("message"),
                    Failures(payload),
                    Math.Max(payload.Number("delay_ms"), payload.Number("retry_after_ms")));
                break;
            case "task.retrying":
                view.Retry = Retry(payload.GetProperty("error").Text("message"), entry.Attempt, payload.Number("delay_ms"));
                break;
            case "attempt.lost":
                view.Retry = Retry("The worker was lost; the turn goes on at another.", entry.Attempt, 0);
                break;
            case "conversation.titled":
                view.TitleUpdated = new() { Title = payload.Text("title") };
                break;
            case "context.compacted":
                view.Compaction = new() { Summary = payload.Text("summary") };
                break;
            case "approval.requested" or SubagentEvents.AskedKind:
                view.UserQuestion = Question(payload);
                break;
            case SubagentEvents.StartedKind:
                SubagentEventViews.Started(view, payload);
                break;
            case SubagentEvents.FinishedKind:
                return SubagentEventViews.Finished(view, payload);
            default:
                return false;
        }
        return true;
    }

    private static Wire.ToolInputDelta ToolInput(JsonElement payload) =>
        new() { Tool = payload.Text("tool"), Delta = payload.Text("text"), CallId = payload.Text("call_id") };

    private static Wire.ToolStart ToolStart(JsonElement payload) =>
        new() { Tool = payload.Text("tool"), Input = payload.Raw("arguments", "{}"), CallId = payload.Text("call_id") };

    private static Wire.ToolOutput ToolOutput(JsonElement payload) =>
        new() { Tool = payload.Text("tool"), Output = payload.Text("text"), CallId = payload.Text("call_id") };

    private static Wire.ToolEnd ToolEnd(JsonElement payload)
    {
        var view = new Wire.ToolEnd
        {
            Tool = payload.Text("tool"),
            Output = payload.Text("result"),
            CallId = payload.Text("call_id"),
            Diff = payload.Text("diff"),
        };
        if (ToolErrorText.Of(payload) is { } error)
            view.Error = error;
        return view;
    }

    private static int Failures(JsonElement failed) => (int)Math.Max(1, failed.Number("failures"));

    private static Wire.RetryNotice Retry(string message, int attempt, long delay) =>
        new()
        {
            Message = message,
            Attempt = attempt,
            Delay = delay,
        };

    private static Wire.UserQuestion Question(JsonElement payload)
    {
        var isQuestion = payload.Text("purpose") == "question";
        var view = new Wire.UserQuestion
        {
            QuestionId = SessionIds.Approval(payload.GetProperty("approval_id").GetGuid(), isQuestion),
            Question = isQuestion ? payload.Text("preview") : QuestionText.OfPermission(payload.Text("tool")),
            Multiple = payload.TryGetProperty("multiple", out var multiple) && multiple.ValueKind == JsonValueKind.True,
            Purpose = isQuestion ? "question" : "permission",
            Tool = payload.Text("tool"),
            Preview = isQuestion ? "" : payload.Text("preview"),
            SubagentId = payload.Text("conversation_id"),
            ExpiresAt = Timestamp.FromDateTimeOffset(payload.GetProperty("expires_at").GetDateTimeOffset()),
        };
        view.Options.AddRange(
            !isQuestion ? QuestionText.PermissionOptions
            : payload.TryGetProperty("options", out var options) ? options.EnumerateArray().Select(option => option.GetString() ?? "")
            : []);
        return view;
    }
}
