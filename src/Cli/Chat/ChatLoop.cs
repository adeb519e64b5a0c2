using System.Text;
using Koda.Cli.Terminal;
using Koda.Client;

namespace Koda.Cli.Chat;

/// <summary>
/// A chat of whole lines: with a script, or with a person at a terminal that tells no keys. A line is taken when the turn before it has
/// ended.
/// </summary>
internal sealed class ChatLoop(ChatRoom room)
{
    /// <returns>The exit code, when the person leaves.</returns>
    public async Task<int> Run(CancellationToken cancellationToken)
    {
        await Welcome.Write(room, cancellationToken);
        try
        {
            if (room.Current.Turn is { Active: true })
                await NewTurn().Follow(cancellationToken);
            while (await Read(cancellationToken) is { } line)
            {
                if (line.Trim() is "/quit" or "/exit")
                    break;
                if (line.Trim().Length > 0)
                    await Take(line, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            room.Line();
        }
        room.Line($"Go on with: koda chat --session {room.Current.Id}", Tone.Faint);
        return ExitCode.Ok;
    }

    private async Task Take(string line, CancellationToken cancellationToken)
    {
        try
        {
            if (line.StartsWith('/'))
                await Command(line, cancellationToken);
            else if (line.StartsWith('!'))
                await Run(line[1..], cancellationToken);
            else
                await Say(line, cancellationToken);
        }
        catch (KodaException e)
        {
            ErrorReport.Write(room.Terminal, json: false, e);
        }
    }

    private async Task Run(string command, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var keys = room.Terminal.OnInterrupt(stop.Cancel);
        try
        {
            await LocalCommands.Run(room, command, stop.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            room.Line("stopped", Tone.Notice);
        }
    }

    private async Task Command(string line, CancellationToken cancellationToken)
    {
        var (before, turn) = (room.Current.Id, room.Current.Turn?.OperationId);
        await SlashCommands.Run(room, line, cancellationToken);
        if (room.Current.Turn is { Active: true } now && (room.Current.Id != before || now.OperationId != turn))
            await NewTurn().Follow(cancellationToken);
    }

    private async Task Say(string text, CancellationToken cancellationToken)
    {
        try
        {
            await NewTurn().Run(room.MessageOf(text), cancellationToken);
        }
        catch (KodaException e) when (e.Code == "turn.running")
        {
            room.Line("Another chat's turn of this session is running. Here it is; say it again when it has ended.", Tone.Notice);
            await NewTurn().Follow(cancellationToken);
        }
    }

    private ChatTurn NewTurn() => new(room, new ChatPrinter(room.Terminal, answers: true), new QuestionPrompt(room).Ask);

    // Agents that work beside the session may ask while no turn runs. False: the person has gone.
    private async Task<bool> Answer(CancellationToken cancellationToken)
    {
        try
        {
            foreach (var question in await room.Api.ListQuestionsAsync(room.Current.Id, cancellationToken))
                if (!await new QuestionPrompt(room).Ask(question, cancellationToken))
                    return false;
        }
        catch (KodaException e)
        {
            ErrorReport.Write(room.Terminal, json: false, e);
        }
        return true;
    }

    // A line that ends with a backslash goes on in the next one. Ctrl-C takes what was typed away, or leaves when that was nothing.
    private async Task<string?> Read(CancellationToken cancellationToken)
    {
        var text = new StringBuilder();
        using var reading = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        using var keys = room.Terminal.OnInterrupt(reading.Cancel);
        if (!await Answer(reading.Token))
            return null;
        room.Line();
        for (var mark = "› "; ; mark = "  ")
        {
            if (await room.Read(mark, Tone.Accent, reading.Token) is not { } line)
                return null;
            text.Append(line);
            if (!line.EndsWith('\\'))
                return text.ToString();
            text[^1] = '\n';
        }
    }
}
