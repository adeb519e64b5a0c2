using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>Gets the questions of a turn and of its subagents answered, one after the other, while the stream is read on.</summary>
/// <param name="room">The chat.</param>
/// <param name="printer">Shows what happens.</param>
/// <param name="answer">Answers a question. False: nobody is there.</param>
internal sealed class OpenQuestions(ChatRoom room, ITurnView printer, Func<Code.Question, CancellationToken, Task<bool>> answer)
{
    private readonly HashSet<string> _answered = [];
    private CancellationTokenSource? _stop;
    private Task _asking = Task.CompletedTask;
    private volatile string? _current;

    /// <summary>Whether the person ended the turn, and knows what became of its question.</summary>
    public bool IsCancelled { get; set; }

    /// <summary>A question was asked: it is put when those before it are answered.</summary>
    /// <param name="leave">Called when nobody is there.</param>
    /// <param name="cancellationToken">Ends the asking.</param>
    public void Ask(Action leave, CancellationToken cancellationToken)
    {
        _stop ??= CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _asking = AskAfter(_asking, leave, _stop.Token);
    }

    /// <summary>Something else happened: a question that was settled elsewhere is put no more.</summary>
    /// <inheritdoc cref="Ask(Action, CancellationToken)"/>
    public async Task Look(Action leave, CancellationToken cancellationToken)
    {
        if (_stop is null)
            return;
        var open = _asking.IsCompleted ? [] : await room.Api.ListQuestionsAsync(room.Current.Id, cancellationToken);
        if (open.Any(question => question.QuestionId == _current))
            return;
        await Stop();
        if (open.Any(question => !_answered.Contains(question.QuestionId)))
            Ask(leave, cancellationToken);
    }

    /// <summary>Ends the asking.</summary>
    public async Task Stop()
    {
        if (_stop is not { } stop)
            return;
        _stop = null;
        await stop.CancelAsync();
        try
        {
            await _asking;
        }
        catch (OperationCanceledException)
        {
            room.Line();
            if (!IsCancelled)
                printer.Note("The question was settled elsewhere.");
        }
        catch (KodaException e)
        {
            printer.Note(e.Message);
        }
        _asking = Task.CompletedTask;
        stop.Dispose();
    }

    private async Task AskAfter(Task before, Action leave, CancellationToken cancellationToken)
    {
        await before;
        var open = await room.Api.ListQuestionsAsync(room.Current.Id, cancellationToken);
        if (open.FirstOrDefault(question => !_answered.Contains(question.QuestionId)) is not { } next)
            return;
        _current = next.QuestionId;
        if (await answer(next, cancellationToken))
            _answered.Add(next.QuestionId);
        else
            leave();
        _current = null;
    }
}
