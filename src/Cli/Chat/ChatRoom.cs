using Koda.Cli.Markdown;
using Koda.Cli.Terminal;
using Koda.Client.Sessions;
using Koda.Client.Skills;

namespace Koda.Cli.Chat;

/// <summary>What the parts of a chat share: the session that it is about, the person and the server.</summary>
internal sealed class ChatRoom
{
    private readonly Session _command;
    private readonly InputLines _lines;

    /// <param name="command">The command line's run.</param>
    /// <param name="current">The session to begin with.</param>
    /// <param name="talks">Whether a person talks in it, and the screen is drawn anew as things go on.</param>
    public ChatRoom(Session command, Code.Session current, bool talks)
    {
        (_command, Current, Terminal) = (command, current, command.Terminal);
        _lines = new InputLines(Terminal.In);
        if (!talks || Terminal.Keys is not { } keys)
            return;
        Area = new LiveArea(Terminal.Error, () => (keys.Width, keys.Height));
        Terminal = Terminal with { Error = new AboveWriter(Area) };
        Desk = new InputDesk(new LineEditor(Area, keys, new ChatCompletions(this).Of));
    }

    /// <summary>The session that messages go to.</summary>
    public Code.Session Current { get; set; }

    /// <summary>How much the model is to reason. Empty: as the agent says.</summary>
    public string Variant { get; set; } = "";

    public CliTerminal Terminal { get; }

    /// <summary>The lower end of the screen. Null: there is no screen that can be drawn anew.</summary>
    public LiveArea? Area { get; }

    /// <summary>Where what is typed can be edited. Null: only whole lines come.</summary>
    public InputDesk? Desk { get; }

    /// <summary>What was shown in a line, to be unfolded.</summary>
    public CallLog Calls { get; } = new();

    /// <summary>What goes along with the next message.</summary>
    public MessageContext Context { get; } = new();

    /// <summary>The models that can be asked, as far as they are known here.</summary>
    public IReadOnlyList<string> Models { get; set; } = [];

    public SkillClient Skills => _command.Client.Skills;

    /// <summary>Where what is typed is kept across starts.</summary>
    public KeptHistory Kept => new(Path.Combine(_command.Files.Directory, "chat.history"));

    /// <summary>The message that a text is: with the files that it names, and with what goes along.</summary>
    public Code.SendMessageRequest MessageOf(string text) => new()
    {
        SessionId = Current.Id,
        Content = Context.Join(text),
        Variant = Variant,
        Attachments = { WorkspaceFiles.NamedIn(Current.Workspace, text).Select(path => new Code.Attachment { Path = path }) },
    };

    public SessionClient Api => _command.Client.Sessions;

    /// <summary>Reads what the person types. Null: the person has gone.</summary>
    /// <param name="mark">What stands before it.</param>
    /// <param name="tone">How that looks.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public async Task<string?> Read(string mark, Tone tone, CancellationToken cancellationToken)
    {
        var painted = Paint(mark, tone);
        if (Desk is null)
        {
            Terminal.Error.Write(painted);
            return await _lines.Next(cancellationToken);
        }
        var answer = await Desk.ReadAnswer(mark, painted, cancellationToken);
        if (answer is not null)
            Painted(painted + Printable.Text(answer));
        return answer;
    }

    public void Line(string text = "", Tone tone = Tone.Plain)
    {
        var line = Printable.Text(text);
        Painted(Paint(Area is null ? line : string.Join('\n', HangingText.Wrap(line, Area.Width)), tone));
    }

    /// <summary>A line that is painted already, and steers nothing.</summary>
    public void Painted(string line) => Terminal.Error.WriteLine(line);

    public string Paint(string text, Tone tone) => Terminal.PaintError(text, tone);

    /// <summary>What a model said: rendered on a screen, as it stands elsewhere.</summary>
    public void Markdown(string text)
    {
        if (Terminal.ErrorIsRich)
            Painted(string.Join('\n', MarkdownText.Lines(text, Area?.Width ?? Terminal.Width, Terminal.ColoursWanted)));
        else
            Line(text);
    }

    /// <summary>What a person said.</summary>
    public void Said(string text) => Line("› " + Printable.Text(text).ReplaceLineEndings("\n  "), Tone.Accent);
}
