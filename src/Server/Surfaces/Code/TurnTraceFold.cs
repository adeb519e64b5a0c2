using System.Text.Json;
using Google.Protobuf.WellKnownTypes;
using Koda.Server.Engine;
using Koda.Server.Engine.Conversations;
using Koda.Server.Engine.Events;
using Koda.Server.Engine.Runs;
using Wire = Koda.Protos.Code.V1;

namespace Koda.Server.Surfaces.Code;

/// <summary>Makes the steps of turns of the events of a session.</summary>
internal sealed class TurnTraceFold
{
    /// <summary>The events that it reads.</summary>
    public static readonly string[] Kinds =
    [
        ConversationEvents.MessageSentKind,
        ConversationEvents.TurnEndedKind,
        "model.started",
        "model.failed",
        "model.finished",
        "tool.finished",
        "guardrail.hit",
    ];

    // It says nothing of how the turn went.
    private const string PriceUnknown = "price_unknown";

    private readonly List<Wire.TurnTrace> _turns = [];
    private string _model = "";
    private string _firstModel = "";
    private int _failures;

    public static IReadOnlyList<Wire.TurnTrace> From(IReadOnlyList<Event> events)
    {
        var fold = new TurnTraceFold();
        foreach (var entry in events)
            fold.Add(entry);
        return fold._turns;
    }

    private void Add(Event entry)
    {
        using var document = JsonDocument.Parse(entry.Payload);
        var payload = document.RootElement;
        if (entry.Kind == ConversationEvents.MessageSentKind)
            Begin(entry, payload);
        else if (_turns.Count > 0)
            Add(entry, payload, _turns[^1]);
    }

    private void Begin(Event entry, JsonElement payload)
    {
        (_model, _firstModel, _failures) = ("", "", 0);
        _turns.Add(new Wire.TurnTrace
        {
            OperationId = SessionIds.Operation(entry.RunId),
            Number = payload.Number("turn"),
            State = Wire.TurnState.Running,
            CreatedAt = Timestamp.FromDateTime(entry.Time),
        });
    }

    private void Add(Event entry, JsonElement payload, Wire.TurnTrace turn)
    {
        switch (entry.Kind)
        {
            case "model.started":
                _model = payload.Text("model");
                _firstModel = _firstModel.Length == 0 ? _model : _firstModel;
                break;
            case "model.failed":
                _failures++;
                break;
            case "model.finished":
                turn.Steps.Add(Step(entry, payload));
                _failures = 0;
                break;
            case "tool.finished" when turn.Steps.Count > 0:
                turn.Steps[^1].Tools.Add(Tool(payload));
                break;
            case "guardrail.hit" when turn.Steps.Count > 0 && payload.Text("rule") != PriceUnknown:
                turn.Steps[^1].LoopVerdict = payload.Text("rule");
                break;
            case ConversationEvents.TurnEndedKind:
                turn.State = State(payload.Text("state"));
                break;
        }
    }

    private Wire.StepTrace Step(Event entry, JsonElement payload)
    {
        var usage = entry.Usage is null ? default : EngineJson.Read<UsageTotals>(entry.Usage);
        return new Wire.StepTrace
        {
            Step = (int)payload.Number("step"),
            ModelId = _model,
            Usage = SessionViews.From(usage),
            CostMicroUsd = usage.CostMicros,
            RetryCount = _failures,
            FallbackUsed = _model != _firstModel,
            WallClockMs = payload.Number("latency_ms"),
        };
    }

    private static Wire.ToolTrace Tool(JsonElement payload) => new()
    {
        Name = payload.Text("tool"),
        ElapsedMs = payload.Number("duration_ms"),
        Error = ToolErrorText.Of(payload) ?? "",
    };

    private static Wire.TurnState State(string state) => state switch
    {
        "succeeded" => Wire.TurnState.Succeeded,
        "failed" => Wire.TurnState.Failed,
        "cancelled" => Wire.TurnState.Cancelled,
        _ => Wire.TurnState.Running,
    };
}
