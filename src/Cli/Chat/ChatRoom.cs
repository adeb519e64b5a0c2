using Koda.Cli.Terminal;
using Koda.Client.Sessions;

namespace Koda.Cli.Chat;

/// <summary>What the parts of a chat share: the session that it is about, the person and the server.</summary>
/// <param name="command">The command line's run.</param>
/// <param name="current">The session to begin with.</param>
internal sealed class ChatRoom(Session command, Code.Session current)
{
    /// <summary>The session that messages go to.</summary>
    public Code.Session Current { get; set; } = current;

    /// <summary>How much the model is to reason. Empty: as the agent says.</summary>
    public string Variant { get; set; } = "";

    public CliTerminal Terminal => command.Terminal;

    /// <summary>Where what is typed can be edited. Null: only whole lines come.</summary>
    public LineEditor? Editor { get; } =
        command.Terminal.Keys is { } keys ? new LineEditor(command.Terminal, keys, SlashCommands.Beginning) : null;

    private readonly InputLines _lines = new(command.Terminal.In);

    public SessionClient Api => command.Client.Sessions;

    /// <summary>Reads what the person types. Null: the person has gone.</summary>
    /// <param name="mark">What stands before it.</param>
    /// <param name="tone">How that looks.</param>
    /// <param name="cancellation">Ends the reading.</param>
    public async Task<string?> ReadAsync(string mark, Tone tone, CancellationToken cancellation)
    {
        if (Editor is not null) return await Editor.ReadAsync(mark, tone, cancellation);
        Terminal.Error.Write(Terminal.PaintError(mark, tone));
        return await _lines.NextAsync(cancellation);
    }

    public void Line(string text = "", Tone tone = Tone.Plain) => Terminal.Error.WriteLine(Terminal.PaintError(Printable.Text(text), tone));
}
