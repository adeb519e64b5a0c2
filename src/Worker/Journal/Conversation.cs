using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Journal;

/// <summary>
/// A run as its journal tells it. The agent loop changes it only by the events that it records, so what a new attempt
/// rebuilds is what the loop had.
/// </summary>
internal sealed partial class Conversation
{
    private const string CutShort = "The turn ended while this call ran. Find out what it did before you repeat it.";
    private const string Cut =
        "Your answer was cut because it reached its limit of output tokens, maybe within a call. Do it in smaller steps.";
    private const string Empty = "Your answer was empty. Go on with the work, or answer with what you have.";
    private const int Nudges = 2;
    private const string NotRun = "The turn ended before this call ran.";

    private readonly List<ModelMessage> _messages = [];
    private readonly List<PendingCall> _pending = [];
    private readonly List<string> _notes = [];
    private ApprovalAnswers _approvals = new();
    private readonly RepeatedCalls _repeated = new();
    private readonly Dictionary<string, string> _files = [];
    private readonly HashSet<string> _snapshots = [];
    private readonly Dictionary<string, SubagentFinished> _subagents = [];
    private string? _asked;
    private int _nudges = Nudges;
    private bool _nudged;

    /// <summary>The messages so far. Results of the last answer's calls are added when all of them are there.</summary>
    public IReadOnlyList<ModelMessage> Messages => _messages;

    /// <summary>The calls of the last answer while some of them have no result.</summary>
    public IReadOnlyList<PendingCall> Pending => _pending;

    /// <summary>What the model is to be told with the next call.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>How many answers are recorded.</summary>
    public int Step { get; private set; }

    public string? StopReason { get; private set; }

    /// <summary>The model that gave the last answer of the turn. Null: none yet.</summary>
    public string? AnsweredBy { get; private set; }

    public string? System { get; private set; }

    public string? Tools { get; private set; }

    /// <summary>Input and output tokens of all answers.</summary>
    public long Tokens { get; private set; }

    public long CostMicros { get; private set; }

    public ApprovalAnswers Approvals => _approvals;

    /// <summary>What is to be done, as the agent keeps it.</summary>
    public IReadOnlyList<TodoItem> Todo { get; private set; } = [];

    /// <summary>How often a call of the last answer was made with the same arguments and the same result, itself included.</summary>
    public int Repetitions { get; private set; }

    /// <summary>The last answer, when it asks for no tool: the run's output. Not an empty one that the model is to think over.</summary>
    public ModelMessage? FinalAnswer =>
        _messages.LastOrDefault() is { Role: ModelRole.Assistant } last && !last.ToolCalls.Any() && !_nudged ? last : null;

    /// <summary>The SHA-256 of a file as the task last saw it. Null: it has not.</summary>
    public string? FileDigest(string path) => _files.GetValueOrDefault(path);

    /// <summary>Whether a snapshot of the workspace is recorded.</summary>
    public bool HasSnapshot(string commit) => _snapshots.Contains(commit);

    /// <summary>Takes in an event that the journal holds.</summary>
    /// <exception cref="FormatException">The event cannot be read.</exception>
    public void Apply(JournalEvent recorded)
    {
        Keep(recorded.Kind, recorded.Payload);
        switch (recorded.Kind)
        {
            case "message.sent": Apply(JournalCodec.Read<MessageSent>(recorded)); break;
            case "model.started": Apply(JournalCodec.Read<ModelStarted>(recorded)); break;
            case "model.finished": Apply(JournalCodec.Read<Journal.ModelFinished>(recorded), JournalCodec.ReadUsage(recorded)); break;
            case "guardrail.hit": Apply(JournalCodec.Read<GuardrailHit>(recorded)); break;
            case "context.pruned": Apply(JournalCodec.Read<ContextPruned>(recorded)); break;
            case "context.compacted": Apply(JournalCodec.Read<ContextCompacted>(recorded), JournalCodec.ReadUsage(recorded)); break;
            case "conversation.titled": Apply(JournalCodec.Read<ConversationTitled>(recorded), JournalCodec.ReadUsage(recorded)); break;
            case "tool.started": Apply(JournalCodec.Read<ToolStarted>(recorded)); break;
            case "tool.finished": Apply(JournalCodec.Read<ToolFinished>(recorded)); break;
            case "snapshot.taken": Apply(JournalCodec.Read<SnapshotTaken>(recorded)); break;
            case "todo.changed": Apply(JournalCodec.Read<TodoChanged>(recorded)); break;
            case "subagent.finished": Apply(JournalCodec.Read<SubagentFinished>(recorded)); break;
            case "background.started": Apply(JournalCodec.Read<BackgroundStarted>(recorded)); break;
            case "background.ended": Apply(JournalCodec.Read<BackgroundEnded>(recorded)); break;
            case "approval.requested": _approvals.Apply(JournalCodec.Read<ApprovalRequested>(recorded)); break;
            case "approval.answered": _approvals.Apply(JournalCodec.Read<ApprovalAnswered>(recorded)); break;
            case "approval.expired": _approvals.Apply(JournalCodec.Read<ApprovalExpired>(recorded)); break;
        }
    }

    /// <summary>A person says something: a new turn begins. What the turn before it left without a result stays undone.</summary>
    public void Apply(MessageSent sent)
    {
        Settle();
        TellBackground(sent.Background ?? []);
        (Message, TurnStart, Begun, BudgetWarned, PriceUnknownTold) = (sent, _messages.Count, false, false, false);
        _messages.Add(ModelMessageJson.Read(sent.Message));
        (Step, Tokens, CostMicros, Repetitions, StopReason, AnsweredBy) = (0, 0, 0, 0, null, null);
        _notes.Clear();
        _repeated.Clear();
        _nudges = Nudges;
    }

    public void Apply(ModelStarted started)
    {
        _asked = started.Model;
        Begun = true;
        System = started.System ?? System;
        Tools = started.Tools?.ToJsonString() ?? Tools;
        _overhead = TokenEstimate.Of(System ?? "") + TokenEstimate.Of(Tools ?? "");
        _messages.AddRange(started.Messages.Select(message => ModelMessageJson.Read(message!.AsObject())));
        _notes.Clear();
    }

    public void Apply(ModelFinished finished, ModelUsage usage)
    {
        var message = ModelMessageJson.Read(finished.Message);
        _messages.Add(message);
        _pending.AddRange(message.ToolCalls.Select(call => new PendingCall(call)));
        Step = finished.Step;
        StopReason = finished.StopReason;
        AnsweredBy = _asked;
        Nudge(message);
        Repetitions = 0;
        Count(usage);
        (_counted, _countedMessages) = (usage.InputTokens + usage.OutputTokens, _messages.Count);
    }

    public void Apply(SnapshotTaken taken) => _snapshots.Add(taken.Commit);

    public void Apply(TodoChanged changed) => Todo = changed.Items;

    public void Apply(ToolStarted started) => Change(started.CallId, call => call with { Started = true });

    public void Apply(ToolFinished finished)
    {
        _approvals.Used(finished.CallId);
        _subagents.Remove(finished.CallId);
        if (finished is { Path: { } path, FileDigest: { } digest })
            _files[path] = digest;
        foreach (var file in finished.Files ?? [])
            _files[file.Path] = file.FileDigest;
        var isError = finished.Status != ToolStatus.Ok;
        Change(finished.CallId, call =>
        {
            Count(_repeated.Count(call.Call, finished), call.Call.Tool);
            var images = finished.Images?.Select(image => new ImageBlock(null, image.MimeType, image.Digest));
            return call with { Result = ModelMessage.ToolResult(finished.CallId, finished.Tool, finished.Result, isError, images) };
        });
        if (_pending.All(call => call.Result is not null))
            Settle();
    }

    private void Settle()
    {
        _messages.AddRange(_pending.Select(call => call.Result
            ?? ModelMessage.ToolResult(call.Call.CallId, call.Call.Tool, call.Started ? CutShort : NotRun, isError: true)));
        _pending.Clear();
    }

    private void Nudge(ModelMessage message)
    {
        var isPaused = StopReason == ModelStopReason.Paused;
        var isEmpty =
            message.SaysNothing && StopReason is ModelStopReason.EndTurn or ModelStopReason.StopSequence or ModelStopReason.ToolUse;
        _nudged = _nudges > 0 && !message.ToolCalls.Any() && (isPaused || isEmpty);
        if (_nudged)
            _nudges--;
        if (_nudged && isEmpty)
            _notes.Add(Empty);
        if (StopReason == ModelStopReason.MaxTokens && message.ToolCalls.Any())
            _notes.Add(Cut);
    }

    private void Count(int times, string tool)
    {
        Repetitions = Math.Max(Repetitions, times);
        if (times != RepeatedCalls.Tolerated)
            return;
        _notes.Add(
            $"You called {tool} {times} times with the same arguments and got the same result. "
            + "Try something else, or answer with what you have.");
    }

    private void Change(string callId, Func<PendingCall, PendingCall> change)
    {
        var index = _pending.FindIndex(call => call.Call.CallId == callId && call.Result is null);
        if (index >= 0)
            _pending[index] = change(_pending[index]);
    }
}
