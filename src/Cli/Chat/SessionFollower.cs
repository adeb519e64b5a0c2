using Koda.Cli.Terminal;
using Koda.Client;
using Payload = Koda.Protos.Code.V1.SessionEvent.PayloadOneofCase;

namespace Koda.Cli.Chat;

/// <summary>Follows a session through its turns, whoever begins them: what is said by others is seen here too.</summary>
internal sealed class SessionFollower : IAsyncDisposable
{
    // A message that waited and could not begin a turn is told by the turn before it, which has ended then.
    private const string RefusedCode = "message.refused";

    private readonly ChatRoom _room;
    private readonly Code.Session _session;
    private readonly TurnScreen _screen;
    private readonly OpenQuestions _questions;
    private readonly CancellationTokenSource _leaving;
    private readonly CancellationTokenSource _stop;
    private readonly SemaphoreSlim _gate = new(1);
    private readonly List<string> _queued = [];
    private Task _following = Task.CompletedTask;
    private Task _cancelling = Task.CompletedTask;
    private string _turn;
    private volatile bool _active;

    /// <param name="room">The chat; its current session is followed.</param>
    /// <param name="area">Where turns are shown.</param>
    /// <param name="leaving">Cancelled when nobody is there to answer.</param>
    public SessionFollower(ChatRoom room, LiveArea area, CancellationTokenSource leaving)
    {
        (_room, _session, _leaving) = (room, room.Current, leaving);
        _stop = CancellationTokenSource.CreateLinkedTokenSource(leaving.Token);
        _screen = new TurnScreen(room, area) { Queued = QueuedNow };
        _questions = new OpenQuestions(room, _screen, new QuestionPrompt(room).Ask);
        // A turn that has ended was shown with the session's messages.
        _turn = _session.Turn is { Active: false } ended ? ended.OperationId : "";
    }

    /// <summary>Whether a turn runs.</summary>
    public bool IsActive => _active;

    public void Start()
    {
        if (_session.Turn is { Active: true } running)
            Begin(running.OperationId);
        // Agents that work beside the session ask while no turn runs, and may have asked before.
        _questions.Ask(_leaving.Cancel, _stop.Token);
        _following = Follow();
    }

    /// <summary>Follows no more. The turn goes on.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _following;
        await _questions.Stop();
        await _cancelling;
        _screen.Clear();
        _stop.Dispose();
        _gate.Dispose();
    }

    public void Refresh() => _screen.Refresh();

    /// <summary>Sends a message: it begins a turn, or waits for its own while one runs.</summary>
    public async Task Say(string text)
    {
        await _gate.WaitAsync(_stop.Token);
        try
        {
            var request = _room.MessageOf(text);
            request.Queue = true;
            var turn = await _room.Api.SendAsync(request, _stop.Token);
            // The turn that is seen here may have ended at the server; what it said comes first all the same.
            if (_active || turn.QueuedMessages > 0)
            {
                lock (_queued)
                    _queued.Add(request.Content);
                return;
            }
            _room.Line();
            _room.Said(text);
            Begin(turn.OperationId);
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Cancels the turn that runs.</summary>
    public void Cancel()
    {
        _questions.IsCancelled = true;
        _room.Line("Cancelling. Ctrl-C once more leaves.", Tone.Notice);
        _cancelling = CancelTurn();
    }

    private async Task CancelTurn()
    {
        try
        {
            await _room.Api.CancelAsync(_session.Id, CancellationToken.None);
        }
        catch (KodaException e)
        {
            _screen.Note(e.Message);
        }
    }

    private async Task Follow()
    {
        try
        {
            await foreach (var item in _room.Api.FollowAsync(_session.Id, 0, OnCut, _stop.Token)) await Take(item);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
            // Another session is followed, or the person has gone.
        }
        catch (KodaException e)
        {
            ErrorReport.Write(_room.Terminal, json: false, e);
            _screen.Note("The session is followed no more; what is said still reaches it. /sessions with its id follows it again.");
        }
    }

    private async Task Take(Code.SessionEvent item)
    {
        await _gate.WaitAsync(_stop.Token);
        try
        {
            // A title comes beside its turn, also when another one runs already.
            if (item.PayloadCase == Payload.TitleUpdated)
            {
                _room.Current.Title = item.TitleUpdated.Title;
                return;
            }
            if (item.PayloadCase == Payload.UserQuestion)
                _questions.Ask(_leaving.Cancel, _stop.Token);
            if (item.OperationId == _turn && !_active && item.Error?.Code != RefusedCode)
                return;
            if (item.OperationId != _turn)
                await TellWhoBegan(item.OperationId);
            if (item.PayloadCase != Payload.UserQuestion)
                await _questions.Look(_leaving.Cancel, _stop.Token);
            _screen.Show(item);
            if (item.PayloadCase is Payload.Done or Payload.Error)
                await End(item.Error?.Code == ChatPrinter.CancelledCode);
        }
        finally
        {
            _gate.Release();
        }
    }

    private async Task End(bool cancelled)
    {
        _active = false;
        _questions.IsCancelled = false;
        if (QueuedNow().Count == 0)
            return;
        var next = await _room.Api.GetTurnAsync(_session.Id, _stop.Token);
        if (next.Active || next.QueuedMessages > 0)
            Begin("");
        else if (cancelled)
            Drop();
    }

    // Whoever cancels a turn drops what waits behind it.
    private void Drop()
    {
        int dropped;
        lock (_queued)
        {
            dropped = _queued.Count;
            _queued.Clear();
        }
        _screen.Note($"{Units.Count(dropped, "queued message")} dropped; the arrow up brings each back.");
    }

    // What happens beside the turns, such as the end of an agent that works for the session, has no message.
    private async Task TellWhoBegan(string turn)
    {
        var messages = await _room.Api.ListMessagesAsync(_session.Id, _stop.Token);
        if (messages.LastOrDefault(message => message.OperationId == turn && message.Role == "user") is not { } message)
            return;
        lock (_queued)
            _queued.Remove(message.Content);
        _room.Line();
        _room.Said(message.Content);
        Begin(turn);
    }

    private void Begin(string turn)
    {
        (_turn, _active) = (turn, true);
        _screen.Begin();
    }

    private IReadOnlyList<string> QueuedNow()
    {
        lock (_queued)
            return [.. _queued];
    }

    private void OnCut(KodaException error, TimeSpan pause) =>
        _screen.Note($"The connection was cut ({error.Code}); trying again in {Units.Duration(pause)}.");
}
