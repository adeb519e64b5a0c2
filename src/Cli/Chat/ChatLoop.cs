using System.Text;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>A chat with a person at the terminal.</summary>
internal sealed class ChatLoop(ChatRoom room)
{
    /// <returns>The exit code, when the person leaves.</returns>
    public async Task<int> RunAsync(CancellationToken cancellation)
    {
        await WelcomeAsync(cancellation);
        try
        {
            if (room.Current.Turn is { Active: true }) await NewTurn().FollowAsync(cancellation);
            while (await TypedAsync(cancellation) is { } line)
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

    private async Task WelcomeAsync(CancellationToken cancellation)
    {
        var session = room.Current;
        room.Line(
            $"{session.AgentId} · {(session.ModelId.Length > 0 ? session.ModelId : "its own model")} · {session.Workspace}", Tone.Faint);
        room.Line("/help lists the commands. Ctrl-C cancels a turn, twice leaves.", Tone.Faint);
        if (session.Title.Length > 0) room.Line(session.Title, Tone.Strong);
        var messages = await room.Api.ListMessagesAsync(session.Id, cancellation);
        foreach (var said in messages.Where(message => message.Role == "user")) room.Editor?.History.Add(said.Content);
        HistoryView.Write(room, messages);
    }

    private async Task TakeAsync(string line, CancellationToken cancellation)
    {
        try
        {
            if (line.StartsWith('/'))
                await CommandAsync(line, cancellation);
            else
                await SayAsync(line, cancellation);
        }
        catch (KodaException e)
        {
            ErrorReport.Write(room.Terminal, json: false, e);
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
            await NewTurn().RunAsync(new() { SessionId = room.Current.Id, Content = text, Variant = room.Variant }, cancellation);
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

    private async Task<string?> TypedAsync(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return await ReadAsync(cancellation);
            }
            catch (OperationCanceledException) when (!cancellation.IsCancellationRequested && room.Editor is { Abandoned: true })
            {
                room.Line("Ctrl-C once more leaves.", Tone.Faint);
            }
        }
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
