using System.Text;
using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Koda.Protos.Runtime.V1;
using LoggedEvent = Koda.Server.Engine.Events.Event;

namespace Koda.Server.Surfaces.Runtime;

/// <summary>Folds a task's events, in order, into the steps of its trace.</summary>
internal sealed class TraceFold
{
    private const string Running = "running";

    private readonly List<TraceStep> _steps = [];
    private readonly PromptFold _prompt = new();
    private readonly Dictionary<string, TraceStep> _toolSteps = [];
    private readonly StringBuilder _modelText = new();
    private TraceStep? _modelStep;

    /// <summary>The steps so far, in the order in which they began.</summary>
    public IReadOnlyList<TraceStep> Steps()
    {
        FlushModelText();
        return _steps;
    }

    public void Add(LoggedEvent entry)
    {
        using JsonDocument document = JsonDocument.Parse(entry.Payload);
        JsonElement payload = document.RootElement;
        switch (entry.Kind)
        {
            case "model.started": ModelStarted(entry, payload); break;
            case "model.delta": _modelText.Append(payload.Text("text")); break;
            case "model.finished": ModelFinished(entry, payload); break;
            case "model.failed": ModelFailed(entry, payload); break;
            case "tool.started": ToolStarted(entry, payload); break;
            case "tool.finished": ToolFinished(entry, payload); break;
            case "approval.requested": ApprovalRequested(entry, payload); Audit(entry); break;
            case "approval.answered" or "approval.expired": ApprovalDecided(entry, payload); Audit(entry); break;
            case "memory.hit": Begin(entry, TraceStepKind.MemoryHit, "ok").MemoryHit = TraceHits.Memory(payload); break;
            case "retrieval.hit": Begin(entry, TraceStepKind.RetrievalHit, "ok").RetrievalHit = TraceHits.Retrieval(payload); break;
            case "attempt.lost": AttemptLost(entry); break;
            default:
                if (entry.Kind == "skills.attached" || entry.Kind.StartsWith("security.", StringComparison.Ordinal))
                {
                    Audit(entry);
                }

                break;
        }
    }

    private TraceStep Begin(LoggedEvent entry, TraceStepKind kind, string status)
    {
        var step = new TraceStep
        {
            Seq = entry.Seq,
            Kind = kind,
            Attempt = entry.Attempt,
            StartedAt = Timestamp.FromDateTime(entry.Time),
            Status = status,
        };
        if (status != Running)
        {
            step.FinishedAt = step.StartedAt;
        }

        _steps.Add(step);
        return step;
    }

    /// <param name="step">The step that ends.</param>
    /// <param name="entry">The event with which it does.</param>
    /// <param name="status">How it ended.</param>
    /// <param name="durationMs">How long it took by the worker's clock: between the events lie commits, and a person's answer.</param>
    private static void End(TraceStep step, LoggedEvent entry, string status, long durationMs)
    {
        step.Status = status;
        step.FinishedAt = Timestamp.FromDateTime(entry.Time);
        step.DurationMs = durationMs;
    }

    private void ModelStarted(LoggedEvent entry, JsonElement payload)
    {
        _modelText.Clear();
        _modelStep = Begin(entry, TraceStepKind.ProviderCall, Running);
        _modelStep.ProviderCall = new ProviderCall
        {
            Provider = payload.Text("provider"),
            Model = payload.Text("model"),
            Prompt = _prompt.Started(payload),
        };
    }

    private void FlushModelText()
    {
        if (_modelStep is not null)
        {
            _modelStep.ProviderCall.Text = _modelText.ToString();
        }
    }

    private void EndModel(LoggedEvent entry, string status, long durationMs)
    {
        if (_modelStep is not null)
        {
            FlushModelText();
            End(_modelStep, entry, status, durationMs);
            _modelStep = null;
        }
    }

    private void ModelFinished(LoggedEvent entry, JsonElement payload)
    {
        if (payload.TryGetProperty("message", out JsonElement message))
        {
            _prompt.Answered(message);
        }

        if (_modelStep is null)
        {
            return;
        }

        ProviderCall call = _modelStep.ProviderCall;
        call.Response = payload.Raw("message", "");
        call.StopReason = payload.Text("stop_reason");
        call.LatencyMs = payload.Number("latency_ms");
        call.FirstTokenMs = payload.Number("first_token_ms");
        call.Usage = UsageViews.FromJson(entry.Usage);
        EndModel(entry, "ok", call.LatencyMs);
    }

    private void ModelFailed(LoggedEvent entry, JsonElement payload)
    {
        if (_modelStep is null)
        {
            return;
        }

        JsonElement error = payload.TryGetProperty("error", out JsonElement value) ? value : default;
        _modelStep.ProviderCall.LatencyMs = payload.Number("latency_ms");
        _modelStep.ProviderCall.Error = new TaskError { Code = error.Text("code"), Message = error.Text("message") };
        EndModel(entry, "error", payload.Number("latency_ms"));
    }

    private TraceStep ToolStep(LoggedEvent entry, JsonElement payload, string status)
    {
        string callId = payload.Text("call_id");
        if (!_toolSteps.TryGetValue(callId, out TraceStep? step))
        {
            step = Begin(entry, TraceStepKind.ToolCall, Running);
            step.ToolCall = new ToolCall { CallId = callId, Tool = payload.Text("tool"), Arguments = payload.Raw("arguments", "{}") };
            _toolSteps[callId] = step;
        }

        step.Status = status;
        return step;
    }

    private void ToolStarted(LoggedEvent entry, JsonElement payload) => ToolStep(entry, payload, Running).Attempt = entry.Attempt;

    private void ToolFinished(LoggedEvent entry, JsonElement payload)
    {
        _prompt.ToolFinished(payload);
        TraceStep step = ToolStep(entry, payload, Running);
        step.ToolCall.Result = payload.Text("result");
        step.ToolCall.Diff = payload.Text("diff");
        End(step, entry, payload.Text("status"), payload.Number("duration_ms"));
        // A later call may carry the same id (some providers count from one in every answer).
        _toolSteps.Remove(payload.Text("call_id"));
    }

    private void ApprovalRequested(LoggedEvent entry, JsonElement payload) =>
        ToolStep(entry, payload, "waiting").ToolCall.Approval = new ToolApproval
        {
            ApprovalId = ApprovalViews.PublicId(payload.Text("approval_id")),
            Decision = "pending",
        };

    private void ApprovalDecided(LoggedEvent entry, JsonElement payload)
    {
        if (_toolSteps.TryGetValue(payload.Text("call_id"), out TraceStep? step) && step.ToolCall.Approval is { } approval)
        {
            approval.Decision = entry.Kind == "approval.expired" ? "expired" : payload.Text("decision");
            approval.DecidedBy = payload.Text("by");
            approval.DecidedAt = Timestamp.FromDateTime(entry.Time);
        }
    }

    /// <summary>What an attempt had begun when it was lost has no outcome; the next attempt begins it anew or tells the model so.</summary>
    private void AttemptLost(LoggedEvent entry)
    {
        EndModel(entry, "interrupted", durationMs: 0);
        foreach (TraceStep step in _steps.Where(step => step.Status == Running && step.Attempt == entry.Attempt))
        {
            End(step, entry, "interrupted", durationMs: 0);
        }
    }

    private void Audit(LoggedEvent entry) => Begin(entry, TraceStepKind.AuditEvent, "ok").AuditEvent =
        new AuditEvent { Kind = entry.Kind, Actor = entry.Actor, Payload = entry.Payload };
}
