namespace Koda.Cli.Terminal;

/// <summary>The streams and the environment of the process, replaceable in tests.</summary>
internal sealed record CliTerminal
{
    private const int UsualWidth = 80;

    public required TextReader In { get; init; }

    public required TextWriter Out { get; init; }

    public required TextWriter Error { get; init; }

    public Func<string, string?> Environment { get; init; } = System.Environment.GetEnvironmentVariable;

    /// <summary>True when a person can be asked.</summary>
    public bool Interactive { get; init; }

    /// <summary>Says what Ctrl-C does until the result is disposed, in place of ending the process.</summary>
    public Func<Action, IDisposable> OnInterrupt { get; init; } = InterruptKey.Register;

    /// <summary>The keyboard, where a person can edit what is typed. Null: only whole lines come.</summary>
    public IKeys? Keys { get; init; }

    /// <summary>Reads a line that is not shown while it is typed.</summary>
    public Func<string> ReadHidden { get; init; } = HiddenInput.Read;

    /// <summary>True when <see cref="Out"/> is a screen.</summary>
    public bool OutIsScreen { get; init; }

    /// <summary>How many cells a line of the screen has.</summary>
    public int Width { get; init; } = UsualWidth;

    /// <summary>True when <see cref="Error"/> is a screen.</summary>
    public bool ErrorIsScreen { get; init; }

    /// <summary>How this program is called by who called it: what is printed to be typed has to work as it stands.</summary>
    public string Program => Environment("KODA_PROGRAM") is { Length: > 0 } name ? name : "koda";

    /// <summary>True when the screen can only be written on, line after line.</summary>
    public bool Dumb => Environment("TERM") == "dumb";

    /// <summary>Whether <see cref="Out"/> is shown to a person with more than its bare text.</summary>
    public bool OutIsRich => OutIsScreen && !Dumb;

    /// <summary>Whether <see cref="Error"/> is shown to a person with more than its bare text.</summary>
    public bool ErrorIsRich => ErrorIsScreen && !Dumb;

    /// <summary>Whether the person wants colours, where there is a screen.</summary>
    public bool ColoursWanted => string.IsNullOrEmpty(Environment("NO_COLOR")) && !Dumb;

    public static CliTerminal OfProcess() =>
        new()
        {
            In = Console.In,
            Out = Console.Out,
            Error = Console.Error,
            Interactive = !Console.IsInputRedirected && !Console.IsErrorRedirected,
            Keys =
                !Console.IsInputRedirected
                && !Console.IsErrorRedirected
                && System.Environment.GetEnvironmentVariable("TERM") is { Length: > 0 } and not "dumb"
                    ? new ConsoleKeys()
                    : null,
            OutIsScreen = !Console.IsOutputRedirected,
            Width = !Console.IsOutputRedirected && Console.WindowWidth > 0 ? Console.WindowWidth : UsualWidth,
            ErrorIsScreen = !Console.IsErrorRedirected,
        };

    /// <summary>Tells a person something on <see cref="Error"/>. On a screen, its lines break between words.</summary>
    public void Say(string text) => Error.WriteLine(Fitted(text, ErrorIsScreen));

    /// <summary>The same on <see cref="Out"/>.</summary>
    public void SayOut(string text) => Out.WriteLine(Fitted(text, OutIsScreen));

    public string Paint(string text, Tone tone) => OutIsScreen && ColoursWanted ? Colours.Apply(text, tone) : text;

    public string PaintError(string text, Tone tone) => ErrorIsScreen && ColoursWanted ? Colours.Apply(text, tone) : text;

    private string Fitted(string text, bool screen) => screen ? string.Join('\n', HangingText.Wrap(text, Width)) : text;
}
