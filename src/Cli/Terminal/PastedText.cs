using System.Text;

namespace Koda.Cli.Terminal;

/// <summary>
/// Text that a terminal says is pasted: it stands between two marks, so its line ends are no Enter, however slowly it comes.
/// </summary>
internal sealed class PastedText(IKeys keys)
{
    /// <summary>Asks the terminal for the marks.</summary>
    public const string On = "\e[?2004h";

    /// <summary>Wants them no more.</summary>
    public const string Off = "\e[?2004l";

    private const string First = "[200~";
    private const string Last = "\e[201~";

    /// <summary>Whether a key begins the mark before the text; then the mark is taken.</summary>
    public bool Begins(ConsoleKeyInfo key)
    {
        if (key.KeyChar != '\e' || !keys.Waiting)
            return false;
        var mark = new StringBuilder();
        while (mark.Length < First.Length && keys.Waiting)
            mark.Append(keys.Read().KeyChar);
        return mark.ToString() == First;
    }

    /// <summary>The text up to the mark behind it.</summary>
    public string Read()
    {
        var text = new StringBuilder();
        while (!EndsWith(text, Last))
            text.Append(keys.Read().KeyChar);
        return Printable.Text(text.ToString(0, text.Length - Last.Length).ReplaceLineEndings("\n"));
    }

    private static bool EndsWith(StringBuilder text, string end) =>
        text.Length >= end.Length && text.ToString(text.Length - end.Length, end.Length) == end;
}
