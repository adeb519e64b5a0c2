using System.Text.Json;
using System.Text.Json.Nodes;

namespace Koda.Worker.Journal;

/// <summary>
/// Events that hold however much of a conversation is summed up: what people allowed or forbade for good, the list of things to do, the
/// last snapshots, commands in the background.
/// </summary>
internal sealed class KeptEvents
{
    // The snapshot before the turn, and the one of it.
    private const int Snapshots = 2;
    private const int LongestArgument = 4_096;

    private readonly Dictionary<string, JsonObject> _asked = [];
    private readonly List<KeptEvent> _answers = [];
    private readonly List<KeptEvent> _snapshots = [];
    private readonly List<KeptEvent> _background = [];
    private readonly Lock _gate = new();
    private KeptEvent? _todo;

    public IReadOnlyList<KeptEvent> All
    {
        get
        {
            lock (_gate)
                return [.. _answers, .. _snapshots, .. _background, .. _todo is null ? [] : new[] { _todo }];
        }
    }

    /// <summary>Takes in an event, also one of a command in the background while the attempt does other things.</summary>
    public void Add(string kind, string payload)
    {
        lock (_gate)
            Take(kind, payload);
    }

    private void Take(string kind, string payload)
    {
        switch (kind)
        {
            case "approval.requested":
                var asked = Read(payload);
                // People saw it; nothing is decided by it.
                asked.Remove("preview");
                Shorten(asked["arguments"] as JsonObject);
                _asked[JournalCodec.Text(asked, "approval_id")] = asked;
                break;
            case "approval.answered":
                Answer(Read(payload));
                break;
            case "todo.changed":
                _todo = new KeptEvent(kind, Read(payload));
                break;
            case "background.started":
                Start(new KeptEvent(kind, Read(payload)));
                break;
            case "background.ended":
                _background.Add(new KeptEvent(kind, Read(payload)));
                break;
            case "snapshot.taken":
                var taken = Read(payload);
                taken["files"] = new JsonArray();
                _snapshots.Add(new KeptEvent(kind, taken));
                if (_snapshots.Count > Snapshots)
                    _snapshots.RemoveAt(0);
                break;
        }
    }

    // The last one stays when it has ended, so that no other gets its id.
    private void Start(KeptEvent started)
    {
        var ended = _background
            .Where(kept => kept.Kind == BackgroundEnded.Kind)
            .Select(kept => JournalCodec.Text(kept.Payload, "id"))
            .ToHashSet();
        _background.RemoveAll(kept => ended.Contains(JournalCodec.Text(kept.Payload, "id")));
        _background.Add(started);
    }

    // What was allowed once is used up; what was forbidden is not asked again.
    private void Answer(JsonObject answered)
    {
        if (!_asked.Remove(JournalCodec.Text(answered, "approval_id"), out var asked))
            return;
        if (JournalCodec.Text(answered, "scope") != ApprovalAnswered.Always
            && JournalCodec.Text(answered, "decision") == ApprovalAnswered.Approved)
            return;
        _answers.Add(new KeptEvent(ApprovalRequested.Kind, asked));
        _answers.Add(new KeptEvent(ApprovalAnswered.Kind, answered));
    }

    // A forbidden path or command is short. What was to be written there need not be known.
    private static void Shorten(JsonObject? arguments)
    {
        foreach (var (name, value) in arguments?.ToList() ?? [])
        {
            if (value is JsonValue text && text.TryGetValue(out string? whole) && whole.Length > LongestArgument)
                arguments![name] = whole[..LongestArgument];
        }
    }

    private static JsonObject Read(string payload) => JsonSerializer.Deserialize<JsonObject>(payload)!;
}
