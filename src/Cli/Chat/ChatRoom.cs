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

    public InputLines Input { get; } = new(command.Terminal.In);

    public SessionClient Api => command.Client.Sessions;

    public void Line(string text = "", Tone tone = Tone.Plain) => Terminal.Error.WriteLine(Terminal.PaintError(Printable.Text(text), tone));
}
