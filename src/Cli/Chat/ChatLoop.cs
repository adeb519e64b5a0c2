using System.Text;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>
/// A chat of whole lines: with a script, or with a person at a terminal that tells no keys. A line is taken when the turn before it has ended.
/// </summary>
internal sealed class ChatLoop(ChatRoom room)
{
    /// <returns>The exit code, when the person leaves.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await Welcome.WriteAsync(room, cancellation);
        try
        {
            if (room.Current.Turn is { Active: true }) await NewTurn().FollowAsync(cancellation);
            while (await ReadAsync(cancellation) is { } line)
            {
                if (line.Trim() is "/quit" or "/exit") break;
                if (line.Trim().Length > 0) await TakeAsync(line, cancellation);
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            room.Line();
        }
        room.Line($"Go on with: koda chat --session {room.Current.Id}", Tone.Faint);
        return ExitCode.Ok;
    }

    private async Task TakeAsync(string line, CancellationToken cancellation)
    {
        try
        {
            if (line.StartsWith('/'))
                await CommandAsync(line, cancellation);
            else if (line.StartsWith('!'))
                await RunAsync(line[1..], cancellation);
            else
                await SayAsync(line, cancellation);
        }
        catch (KodaException e)
        {
            ErrorReport.Write(room.Terminal, json: false, e);
        }
    }

    private async Task RunAsync(string command, CancellationToken cancellation)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var keys = room.Terminal.OnInterrupt(stop.Cancel);
        try
        {
            await LocalCommands.RunAsync(room, command, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            room.Line("stopped", Tone.Notice);
        }
    }

    private async Task CommandAsync(string line, CancellationToken cancellation)
    {
        var before = room.Current.Id;
        await SlashCommands.RunAsync(room, line, cancellation);
        if (room.Current.Id != before && room.Current.Turn is { Active: true }) await NewTurn().FollowAsync(cancellation);
    }

    private async Task SayAsync(string text, CancellationToken cancellation)
    {
        try
        {
            await NewTurn().RunAsync(room.MessageOf(text), cancellation);
        }
        catch (KodaException e) when (e.Code == "turn.running")
        {
            room.Line("Another chat's turn of this session is running. Here it is; say it again when it has ended.", Tone.Notice);
            await NewTurn().FollowAsync(cancellation);
        }
    }

    private ChatTurn NewTurn() => new(room, new ChatPrinter(room.Terminal, answers: true), new QuestionPrompt(room).AskAsync);

    // Agents that work beside the session may ask while no turn runs. False: the person has gone.
    private async Task<bool> AnswerAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (var question in await room.Api.ListQuestionsAsync(room.Current.Id, cancellation))
                if (!await new QuestionPrompt(room).AskAsync(question, cancellation)) return false;
        }
        catch (KodaException e)
        {
            ErrorReport.Write(room.Terminal, json: false, e);
        }
        return true;
    }

    // A line that ends with a backslash goes on in the next one. Ctrl-C takes what was typed away, or leaves when that was nothing.
    private async Task<string?> ReadAsync(CancellationToken cancellation)
    {
        var text = new StringBuilder();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        using var keys = room.Terminal.OnInterrupt(reading.Cancel);
        if (!await AnswerAsync(reading.Token)) return null;
        room.Line();
        for (var mark = "› "; ; mark = "  ")
        {
            if (await room.ReadAsync(mark, Tone.Accent, reading.Token) is not { } line) return null;
            text.Append(line);
            if (!line.EndsWith('\\')) return text.ToString();
            text[^1] = '\n';
        }
    }
}
