namespace Koda.Worker.Audit.Code;

/// <summary>Reads C#.</summary>
internal sealed class CSharpLexer(string text) : Lexer(text)
{
    private static readonly StringForm s_text = new("\"");
    private static readonly StringForm s_character = new("'");
    private static readonly StringForm s_verbatim = new("\"") { IsRaw = true, IsMultiline = true, DoublesEnd = true };
    private static readonly StringForm s_interpolated = new("\"") { Hole = "{", Doubles = true, HasFormats = true };
    private static readonly StringForm s_interpolatedVerbatim = s_interpolated with { IsRaw = true, IsMultiline = true, DoublesEnd = true };

    protected override bool Skip() => SkipWhiteSpace() || SkipSlashComment() || (Current == '#' && IsFirstOfLine() && SkipLine());

    protected override bool ReadText()
    {
        if (Current == '\'')
        {
            ReadString(1, s_character);
            return true;
        }
        if (Current is not ('"' or '@' or '$'))
            return false;
        var prefix = 0;
        while (Peek(prefix) is '@' or '$')
            prefix++;
        if (Peek(prefix) != '"')
        {
            // A keyword that is used as a name.
            At += Current == '@' ? 1 : 0;
            return false;
        }
        var holes = Source.AsSpan(At, prefix).Count('$');
        var quotes = 0;
        while (Peek(prefix + quotes) == '"')
            quotes++;
        if (quotes >= 3)
            ReadString(prefix + quotes, Raw(quotes, holes));
        else if (Source.AsSpan(At, prefix).Contains('@'))
            ReadString(prefix + 1, holes > 0 ? s_interpolatedVerbatim : s_verbatim);
        else
            ReadString(prefix + 1, holes > 0 ? s_interpolated : s_text);
        return true;
    }

    private bool IsFirstOfLine()
    {
        var at = At - 1;
        while (at >= 0 && Source[at] is ' ' or '\t')
            at--;
        return at < 0 || Source[at] == '\n';
    }

    private static StringForm Raw(int quotes, int holes) => new(new string('"', quotes))
    {
        Hole = new string('{', holes),
        HoleEnd = new string('}', Math.Max(1, holes)),
        IsRaw = true,
        IsMultiline = true,
        HasFormats = true,
    };
}
