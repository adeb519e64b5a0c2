using System.Text.Json.Nodes;
using Koda.Protos.Worker.V1;
using Koda.Worker.Context;
using Koda.Worker.Providers;

namespace Koda.Worker.Journal;

/// <content>What turns know of the conversation that they are part of, and how it is made shorter.</content>
internal sealed partial class Conversation
{
    private const string Pruned = "(This old result was left out to make room. Call the tool again if you need it.)";

    private KeptEvents _kept = new();
    private long _overhead;
    private long _counted;
    private int _countedMessages;

    /// <summary>What the turn is to answer. Null: the journal is not a conversation's.</summary>
    public MessageSent? Message { get; private set; }

    /// <summary>The index of that message, or 0 when it is in the summary of what was before.</summary>
    public int TurnStart { get; private set; }

    /// <summary>Whether a model was asked in this turn.</summary>
    public bool Begun { get; private set; }

    /// <summary>Whether the conversation has a title.</summary>
    public bool Titled { get; private set; }

    /// <summary>Whether the turn's warning about the budget is recorded.</summary>
    public bool BudgetWarned { get; private set; }

    /// <summary>Whether the turn was told that the cost of its model is not known.</summary>
    public bool PriceUnknownTold { get; private set; }

    /// <summary>The SHA-256 of every file as the conversation last saw it.</summary>
    public IReadOnlyDictionary<string, string> Files => _files;

    /// <summary>
    /// About how many tokens the next call reads: by what the last answer used, and never less than the length of the messages says.
    /// </summary>
    public long ContextTokens
    {
        get
        {
            var all = _overhead + _messages.Sum(TokenEstimate.Of);
            return Math.Max(all, _counted + _messages.Skip(_countedMessages).Sum(TokenEstimate.Of));
        }
    }

    /// <summary>What the subagent that a call gave its work to came to. Null: it has none, or it works still.</summary>
    public SubagentFinished? SubagentOf(string callId) => _subagents.GetValueOrDefault(callId);

    /// <summary>Remembers what must be known even after its event is summed up.</summary>
    public void Keep(string kind, string payload) => _kept.Add(kind, payload);

    public void Apply(GuardrailHit hit)
    {
        BudgetWarned |= hit.Rule == GuardrailHit.BudgetWarning;
        PriceUnknownTold |= hit.Rule == GuardrailHit.PriceUnknown;
    }

    /// <summary>A subagent of the turn ended. One that nobody waited for is told with the next message.</summary>
    public void Apply(SubagentFinished finished)
    {
        if (finished.CallId is not { } call)
            return;
        _subagents[call] = finished;
        CostMicros += finished.CostMicros;
    }

    public void Apply(ConversationTitled titled, ModelUsage usage)
    {
        Titled = titled.Title.Length > 0;
        Count(usage);
    }

    public void Apply(ContextPruned pruned)
    {
        foreach (var callId in pruned.CallIds)
        {
            var index = _messages.FindIndex(message =>
                message.Content is [ToolResultBlock result, ..] && result.CallId == callId && result.Content != Pruned);
            if (index >= 0)
                _messages[index] = _messages[index] with
                {
                    Content = [(ToolResultBlock)_messages[index].Content[0] with { Content = Pruned }],
                };
        }
        _counted = Math.Max(0, _counted - pruned.TokensSaved);
    }

    /// <summary>The conversation as it is, but for its messages.</summary>
    /// <param name="messages">The messages from now on.</param>
    /// <param name="turnStart">Where the turn's own message stands among them; 0 when it does not.</param>
    public Checkpoint CheckpointWith(IEnumerable<ModelMessage> messages, int turnStart) => new(
        new JsonArray([.. messages.Select(ModelMessageJson.Write)]), new Dictionary<string, string>(_files), _kept.All, [.. _notes],
        new TurnState
        {
            Message = Message is null ? null : Message with { Message = Message.Message.DeepClone().AsObject() },
            Start = turnStart,
            Begun = Begun,
            Step = Step,
            Tokens = Tokens,
            CostMicros = CostMicros,
            AnsweredBy = AnsweredBy,
            NudgesLeft = _nudges,
            Nudged = _nudged,
            Warned = BudgetWarned,
            PriceUnknownTold = PriceUnknownTold,
            Overhead = _overhead,
        },
        Titled);

    // Whoever was there when the conversation was compacted goes on with exactly what a later attempt finds.
    public void Apply(ContextCompacted compacted, ModelUsage usage)
    {
        var (messages, files, kept, notes, turn, titled) = compacted.Checkpoint;
        Clear();
        _messages.AddRange(messages.Select(message => ModelMessageJson.Read(message!.AsObject())));
        _notes.AddRange(notes);
        foreach (var (path, digest) in files)
            _files[path] = digest;
        foreach (var (kind, payload) in kept)
        {
            Apply(new JournalEvent { Kind = kind, Payload = payload.ToJsonString() });
            if (kind == ApprovalAnswered.Kind)
                _approvals.Used(JournalCodec.Text(payload, "call_id"));
        }
        (Message, TurnStart, Begun, Titled) = (turn.Message, turn.Start, turn.Begun, Titled || titled);
        (BudgetWarned, PriceUnknownTold) = (turn.Warned, turn.PriceUnknownTold);
        (Step, Tokens, CostMicros, AnsweredBy, _nudges, _nudged) = (
            turn.Step,
            turn.Tokens,
            turn.CostMicros,
            turn.AnsweredBy,
            turn.NudgesLeft,
            turn.Nudged);
        _overhead = turn.Overhead;
        Count(usage);
    }

    // A message of its own: what the person says stays what is to be answered.
    private void TellBackground(IReadOnlyList<SubagentFinished> ended)
    {
        if (ended.Count > 0)
            _messages.Add(new ModelMessage(ModelRole.User, [.. ended.Select(each => new TextBlock(each.Notice))]));
    }

    private void Clear()
    {
        _messages.Clear();
        _pending.Clear();
        _notes.Clear();
        _files.Clear();
        _repeated.Clear();
        _snapshots.Clear();
        _background.Clear();
        (_approvals, _kept) = (new ApprovalAnswers(), new KeptEvents());
        (_counted, _countedMessages, _asked) = (0, 0, null);
        (System, Tools, StopReason, Repetitions, Todo) = (null, null, null, 0, []);
    }

    private void Count(ModelUsage usage)
    {
        Tokens += usage.InputTokens + usage.OutputTokens;
        CostMicros += usage.CostMicros;
    }
}
