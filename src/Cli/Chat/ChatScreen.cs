using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>A chat with a person at a screen: turns are followed while the next message is typed.</summary>
internal sealed class ChatScreen : IAsyncDisposable
{
    private const string Mark = "› ";
    private static readonly TimeSpan s_frame = TimeSpan.FromMilliseconds(100);

    private readonly ChatRoom _room;
    private readonly InputDesk _desk;
    private readonly LiveArea _area;
    private readonly CancellationTokenSource _leaving;
    private SessionFollower _follower;
    private volatile CancellationTokenSource? _command;
    private int _presses;
    private bool _keepsNone;

    public ChatScreen(ChatRoom room, CancellationToken cancellationToken)
    {
        _room = room;
        (_desk, _area) = (room.Desk!, room.Area!);
        _leaving = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _follower = new SessionFollower(room, _area, _leaving);
    }

    /// <returns>The exit code, when the person leaves.</returns>
    public async Task<int> Run()
    {
        using var keys = _room.Terminal.OnInterrupt(Interrupt);
        _area.Begin();
        var drawing = Draw();
        try
        {
            await Welcome.Write(_room, _leaving.Token);
            _follower.Start();
            ReadHistory();
            // Completion is of use without them, and /model tells why there are none.
            _ = ReadModels();
            while (await _desk.ReadMessage(Mark, _room.Paint(Mark, Tone.Accent), _leaving.Token) is { } line)
            {
                _presses = 0;
                Keep(line);
                if (line.Trim() is "/quit" or "/exit")
                    break;
                if (line.Trim().Length > 0)
                    await Take(line);
            }
        }
        catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
        {
            // The person leaves by Ctrl-C; the caller's own cancellation is told by the exit code of its command.
        }
        await _leaving.CancelAsync();
        await _follower.DisposeAsync();
        await drawing;
        _area.End();
        _room.Line($"Go on with: koda chat --session {_room.Current.Id}", Tone.Faint);
        return ExitCode.Ok;
    }

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        _leaving.Dispose();
    }

    // A press takes away what is typed; with nothing typed it cancels the turn, and where none runs it leaves.
    private void Interrupt()
    {
        if (_command is { } command)
        {
            command.Cancel();
        }
        else if (_follower.IsActive)
        {
            if (Interlocked.Increment(ref _presses) == 1)
                _follower.Cancel();
            else
                _leaving.Cancel();
        }
        else if (_desk.Clear())
        {
            _room.Line("Ctrl-C once more leaves.", Tone.Faint);
        }
        else
        {
            _leaving.Cancel();
        }
    }

    private async Task Take(string line)
    {
        try
        {
            if (line.StartsWith('!'))
            {
                await Run(line);
                return;
            }
            if (!line.StartsWith('/'))
            {
                await _follower.Say(line);
                return;
            }
            // A message, which is shown as such when its turn begins.
            if (line.Trim() != ContextCommands.Compact)
                _room.Said(line);
            var before = _room.Current.Id;
            await SlashCommands.Run(_room, line, _leaving.Token);
            if (_room.Current.Id == before)
                return;
            await _follower.DisposeAsync();
            _follower = new SessionFollower(_room, _area, _leaving);
            _follower.Start();
        }
        catch (KodaException e)
        {
            ErrorReport.Write(_room.Terminal, json: false, e);
        }
    }

    private async Task Run(string line)
    {
        _room.Said(line);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(_leaving.Token);
        _command = stop;
        try
        {
            await LocalCommands.Run(_room, line[1..], stop.Token);
        }
        catch (OperationCanceledException) when (!_leaving.IsCancellationRequested)
        {
            _room.Line("stopped", Tone.Notice);
        }
        finally
        {
            _command = null;
        }
    }

    private async Task ReadModels()
    {
        try
        {
            _room.Models = [.. (await _room.Api.ListModelsAsync(_leaving.Token)).Select(model => model.Id)];
        }
        catch (Exception e) when (e is KodaException or OperationCanceledException)
        {
            _room.Models = [];
        }
    }

    private void ReadHistory() => Try(() =>
    {
        foreach (var line in _room.Kept.Read())
            _desk.History.Add(line);
    });

    private void Keep(string line)
    {
        if (line.Trim().Length > 0 && !_keepsNone)
            Try(() => _room.Kept.Add(line));
    }

    private void Try(Action access)
    {
        try
        {
            access();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _keepsNone = true;
            _room.Line($"What is typed is not kept for later starts: {e.Message}", Tone.Notice);
        }
    }

    private async Task Draw()
    {
        using var timer = new PeriodicTimer(s_frame);
        try
        {
            while (await timer.WaitForNextTickAsync(_leaving.Token))
                _follower.Refresh();
        }
        catch (OperationCanceledException)
        {
            // Nothing moves any more.
        }
    }
}
