using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>Follows a turn to its end, gets its questions answered, and cancels it on Ctrl-C.</summary>
/// <param name="room">The chat.</param>
/// <param name="printer">Shows what happens.</param>
/// <param name="answer">Answers a question. False: nobody is there.</param>
internal sealed class ChatTurn(ChatRoom room, ITurnView printer, Func<Code.Question, CancellationToken, Task<bool>> answer)
{
    private readonly OpenQuestions _questions = new(room, printer, answer);
    private Action _leave = () => { };

    /// <summary>Told of every event, before it is shown.</summary>
    public Action<Code.SessionEvent> Seen { get; init; } = _ => { };

    /// <summary>Sends a message and follows the turn that it begins.</summary>
    /// <inheritdoc cref="Follow(CancellationToken)"/>
    public async Task<(Code.TurnStatus Turn, Code.SessionEvent? Last)> Run(
        Code.SendMessageRequest message, CancellationToken cancellationToken)
    {
        Code.TurnStatus? turn = null;
        var last = await Follow(async () => turn = await room.Api.SendAsync(message, cancellationToken), cancellationToken);
        return (turn!, last);
    }

    /// <summary>Follows the turn that runs.</summary>
    /// <returns>The event that ended the turn: done or error. Null: it had none.</returns>
    /// <exception cref="OperationCanceledException">The person leaves; the turn goes on or was cancelled.</exception>
    public Task<Code.SessionEvent?> Follow(CancellationToken cancellationToken) => Follow(() => Task.CompletedTask, cancellationToken);

    // Keys are heard from before the turn exists: a press while the message is on its way is meant for the turn.
    private async Task<Code.SessionEvent?> Follow(Func<Task> begin, CancellationToken cancellationToken)
    {
        var begun = new TaskCompletionSource<bool>();
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _leave = leaving.Cancel;
        var presses = 0;
        var cancelling = Task.CompletedTask;
        using var keys = room.Terminal.OnInterrupt(() =>
        {
            _questions.IsCancelled = true;
            if (Interlocked.Increment(ref presses) == 1)
                cancelling = CancelTurn(begun.Task);
            else
                leaving.Cancel();
        });
        Code.SessionEvent? last = null;
        try
        {
            await begin();
            begun.SetResult(true);
            await foreach (var item in room.Api.WatchAsync(room.Current.Id, 0, OnCut, leaving.Token))
            {
                await Take(item, leaving.Token);
                last = item;
            }
        }
        finally
        {
            begun.TrySetResult(false);
            await _questions.Stop();
            // Whoever leaves at once has cancelled the turn all the same.
            await cancelling;
            printer.EndLine();
        }
        return last?.PayloadCase is Code.SessionEvent.PayloadOneofCase.Done or Code.SessionEvent.PayloadOneofCase.Error ? last : null;
    }

    private async Task Take(Code.SessionEvent item, CancellationToken cancellationToken)
    {
        Seen(item);
        if (item.PayloadCase == Code.SessionEvent.PayloadOneofCase.TitleUpdated)
            room.Current.Title = item.TitleUpdated.Title;
        else if (item.PayloadCase != Code.SessionEvent.PayloadOneofCase.UserQuestion)
            await _questions.Look(_leave, cancellationToken);
        printer.Show(item);
        if (item.PayloadCase != Code.SessionEvent.PayloadOneofCase.UserQuestion)
            return;
        printer.EndLine();
        _questions.Ask(_leave, cancellationToken);
    }

    private async Task CancelTurn(Task<bool> begun)
    {
        printer.EndLine();
        printer.Note("Cancelling. Ctrl-C once more leaves.");
        if (!await begun)
            return;
        try
        {
            await room.Api.CancelAsync(room.Current.Id, CancellationToken.None);
        }
        catch (KodaException e)
        {
            printer.Note(e.Message);
        }
    }

    private void OnCut(KodaException error, TimeSpan pause) =>
        printer.Note($"The connection was cut ({error.Code}); trying again in {Units.Duration(pause)}.");
}
