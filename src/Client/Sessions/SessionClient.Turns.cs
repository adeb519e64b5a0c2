using System.Runtime.CompilerServices;
using Koda.Client.Calls;

namespace Koda.Client.Sessions;

public sealed partial class SessionClient
{
    /// <summary>Sends a message, which begins a turn. The answer means that it is stored.</summary>
    public Task<Code.TurnStatus> SendAsync(Code.SendMessageRequest request, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _turns.SendMessageAsync(request, o), Repeat.WhenSafe, cancellationToken, Key());

    /// <summary>Begins a turn that sums up the older messages, and does nothing else. The answer means that it is stored.</summary>
    public Task<Code.TurnStatus> CompactAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o => _turns.CompactSessionAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken, Key());

    /// <summary>
    /// Follows a session: the running turn, or the last one when none runs, until it has ended; with a cursor, what came after it.
    /// A stream that is cut goes on after the last event it gave, so the caller sees every event once, in order.
    /// </summary>
    /// <param name="sessionId">The session.</param>
    /// <param name="afterId">The last event that the caller has. 0: begin with the turn.</param>
    /// <param name="onCut">Told of each cut and of the pause before the next attempt.</param>
    /// <param name="cancellationToken">Ends the stream.</param>
    public async IAsyncEnumerable<Code.SessionEvent> WatchAsync(
        string sessionId,
        long afterId = 0,
        Action<KodaException, TimeSpan>? onCut = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        using var feed = new ResumedFeed<Code.SessionEvent>(new SessionFeed(_turns, _calls, sessionId), _calls, afterId, onCut);
        while (await feed.Next(cancellationToken) is { } item)
            yield return item;
    }

    /// <summary>
    /// Follows a session through all its turns, until cancelled. Without a cursor it begins with the running turn, or with the last one
    /// when none runs. A stream that is cut goes on after the last event it gave.
    /// </summary>
    /// <inheritdoc cref="WatchAsync"/>
    public async IAsyncEnumerable<Code.SessionEvent> FollowAsync(
        string sessionId,
        long afterId = 0,
        Action<KodaException, TimeSpan>? onCut = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var source = new SessionFeed(_turns, _calls, sessionId, endless: true);
        using var feed = new ResumedFeed<Code.SessionEvent>(source, _calls, afterId, onCut);
        while (await feed.Next(cancellationToken) is { } item)
            yield return item;
    }

    /// <summary>Lists a session's messages, oldest first.</summary>
    public async Task<IReadOnlyList<Code.Message>> ListMessagesAsync(string sessionId, CancellationToken cancellationToken = default) =>
        (await _calls.Run(o => _turns.ListMessagesAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken)).Messages;

    /// <summary>Lists the questions that wait for an answer.</summary>
    public async Task<IReadOnlyList<Code.Question>> ListQuestionsAsync(string sessionId, CancellationToken cancellationToken = default) =>
        (
            await _calls.Run(o => _turns.ListQuestionsAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken)
        ).Questions;

    /// <summary>Answers a question: a permission with once, always or reject, a question with any text.</summary>
    public Task AnswerAsync(string sessionId, string questionId, string response, CancellationToken cancellationToken = default) =>
        _calls.Run(
            o =>
                _turns.AnswerQuestionAsync(
                    new()
                    {
                        SessionId = sessionId,
                        QuestionId = questionId,
                        Response = response,
                    },
                    o),
            Repeat.Never,
            cancellationToken);

    /// <summary>Reads where a session's newest turn stands.</summary>
    public Task<Code.TurnStatus> GetTurnAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _turns.GetTurnAsync(new() { SessionId = sessionId }, o), Repeat.WhenSafe, cancellationToken);

    /// <summary>Cancels the running turn.</summary>
    public Task<Code.TurnStatus> CancelAsync(string sessionId, CancellationToken cancellationToken = default) =>
        _calls.Run(o => _turns.CancelTurnAsync(new() { SessionId = sessionId }, o), Repeat.Never, cancellationToken);
}
