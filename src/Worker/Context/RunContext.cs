using Koda.Protos.Worker.V1;
using Koda.Worker.Journal;
using Koda.Worker.Loop;
using Koda.Worker.Providers;
using Koda.Worker.Session;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>
/// Sees to what the model of a task or a turn reads: that it fits and, in turns, what is new at the beginning, and that it stays within the
/// budget.
/// </summary>
internal sealed class RunContext : IDisposable
{
    private const int FullPercent = 90;
    // In tokens. Where less was said, a summary would make no room.
    private const long ShortestTalk = 2_000;
    private const string LastAnswer =
        "There is no room left in this conversation for more tool calls. Answer now with what you have, and say what is left to do.";

    private readonly Conversation _conversation;
    private readonly Recorder _recorder;
    private readonly IAttemptReports _reports;
    private readonly Workspace _workspace;
    private readonly TurnBudget? _budget;
    private readonly Compaction _compaction;
    private readonly Titling? _titling;
    private readonly Assignment _assignment;
    private int _relievedStep = -1;

    public RunContext(
        Assignment assignment,
        IModelProvider provider,
        Conversation conversation,
        Recorder recorder,
        IAttemptReports reports,
        Workspace workspace,
        TimeProvider time)
    {
        (_conversation, _recorder, _reports, _workspace) = (conversation, recorder, reports, workspace);
        var beside = SideCall.Of(assignment, provider, time);
        _budget = assignment.Turn is { } turn ? new TurnBudget(turn) : null;
        _compaction = new Compaction(conversation, recorder, beside, assignment.Query);
        _titling = assignment.Turn?.NeedsTitle == true ? new Titling(conversation, recorder, beside) : null;
        _assignment = assignment;
    }

    private string Model => _conversation.AnsweredBy ?? _assignment.Agent.Model;

    private long Window => ModelWindow.Of(_assignment, Model);

    /// <summary>Prepares the next model call.</summary>
    /// <returns>Null when the answer was given without a model.</returns>
    public async Task<NextCall?> Prepare(CancellationToken cancellationToken)
    {
        if (_budget?.Warning(_conversation) is { } warning)
            _recorder.Record(warning);
        if (_budget?.Exceeded(_conversation) is { } end)
        {
            _recorder.Record(end);
            RuleAnswer.Record(_recorder, _conversation, end.Detail, end.Rule);
            await _recorder.Committed(cancellationToken);
            return null;
        }
        if (_assignment.Turn?.Compacts == true)
        {
            await SumUp(cancellationToken);
            return null;
        }
        var isFull = await MakeRoom(cancellationToken);
        var said = _assignment.Turn is null || _conversation.Begun ? [] : await Opening(cancellationToken);
        if (!isFull)
            return new NextCall(said) { Answering = model => _titling?.Begin(model) };
        _recorder.Record(
            new GuardrailHit(GuardrailHit.ContextFull, $"The conversation takes {_conversation.ContextTokens} of {Window} tokens."));
        return new NextCall([.. said, ModelMessage.User(LastAnswer)], MayCallTools: false);
    }

    /// <summary>Makes room after the provider said that the conversation is too long.</summary>
    /// <returns>False when that was done for this call already, or nothing can be done.</returns>
    public async Task<bool> Relieve(CancellationToken cancellationToken)
    {
        if (_relievedStep == _conversation.Step)
            return false;
        _relievedStep = _conversation.Step;
        // The provider knows better how much it reads.
        var length = _conversation.ContextTokens;
        return await Compact(Window > 0 ? Math.Min(Window, length) : length, cancellationToken);
    }

    /// <summary>The attempt is over.</summary>
    public void End(AttemptOutcome outcome)
    {
        if (outcome is AttemptOutcome.Completed or AttemptOutcome.Failed)
            _titling?.End();
    }

    public void Dispose() => _titling?.Dispose();

    private async Task<bool> MakeRoom(CancellationToken cancellationToken)
    {
        if (Window <= 0)
            return false;
        var tooMuch = _assignment.CompactionPercent > 0 ? Window * _assignment.CompactionPercent / 100 : long.MaxValue;
        if (_conversation.ContextTokens >= tooMuch && Pruning.Of(_conversation.Messages) is { } old)
            _recorder.Record(old);
        if (_conversation.ContextTokens >= tooMuch)
            await Compact(Window, cancellationToken);
        return _conversation.ContextTokens >= Window * FullPercent / 100;
    }

    // An attempt that was cut off after the summary was recorded finds it, and says the same.
    private async Task SumUp(CancellationToken cancellationToken)
    {
        var length = Math.Max(_conversation.Messages.Sum(TokenEstimate.Of), ShortestTalk);
        await Compact(Window > 0 ? Math.Min(Window, length) : length, cancellationToken);
        var isSummedUp = _conversation.Messages[0].Text.StartsWith(Compaction.Mark, StringComparison.Ordinal);
        RuleAnswer.Record(
            _recorder, _conversation, isSummedUp ? "The older messages are summed up." : "There is nothing older to sum up yet.",
            ModelStopReason.EndTurn);
        await _recorder.Committed(cancellationToken);
    }

    private async Task<bool> Compact(long window, CancellationToken cancellationToken)
    {
        _reports.Progress("summing up the conversation");
        return await _compaction.Run(window, Model, cancellationToken);
    }

    private async Task<IReadOnlyList<ModelMessage>> Opening(CancellationToken cancellationToken)
    {
        var said = new List<ModelMessage>();
        if (await AttachedFiles.Read(_workspace, _conversation.Message?.Attachments, cancellationToken) is { } attached)
            said.Add(attached);
        if (await ChangedFiles.Tell(_workspace, _conversation.Files, cancellationToken) is { } news)
            said.Add(ModelMessage.User(news));
        return said;
    }
}
