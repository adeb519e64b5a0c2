using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Session;

namespace Koda.Worker.Tests.Loop;

/// <summary>A log in memory that commits at once.</summary>
internal sealed class MemoryJournal : IAttemptReports
{
    private readonly Lock _gate = new();
    private readonly List<JournalEvent> _events = [];

    public MemoryJournal(params IEnumerable<JournalEvent> events) => _events.AddRange(events);

    public IReadOnlyList<JournalEvent> Events
    {
        get
        {
            lock (_gate)
                return [.. _events];
        }
    }

    public IEnumerable<JsonObject> Payloads(string kind) =>
        Events.Where(recorded => recorded.Kind == kind).Select(recorded => JsonNode.Parse(recorded.Payload)!.AsObject());

    public void Report(ReportedEvent reported)
    {
        lock (_gate)
            _events.Add(Recorded(_events.Count + 1, reported.Kind, reported.Payload, UsageText(reported.Usage)));
    }

    /// <summary>Adds an event of the engine.</summary>
    public void Add(string kind, JsonObject payload, JsonObject? usage = null)
    {
        lock (_gate)
            _events.Add(Recorded(_events.Count + 1, kind, payload.ToJsonString(), usage?.ToJsonString() ?? ""));
    }

    public Task Committed(CancellationToken cancellationToken) => Task.CompletedTask.WaitAsync(cancellationToken);

    public Task Room(CancellationToken cancellationToken) => Task.CompletedTask;

    public List<ProviderPause> Pauses { get; } = [];

    public void Pause(ProviderPause pause) => Pauses.Add(pause);

    public void Progress(string text)
    {
    }

    private static JournalEvent Recorded(int seq, string kind, string payload, string usage) =>
        new() { Seq = seq, Kind = kind, Payload = payload, Usage = usage, Attempt = 1 };

    private static string UsageText(Usage? usage) => usage is null ? "" : new JsonObject
    {
        ["input_tokens"] = usage.InputTokens,
        ["output_tokens"] = usage.OutputTokens,
        ["cost_micros"] = usage.CostMicros,
    }.ToJsonString();
}
