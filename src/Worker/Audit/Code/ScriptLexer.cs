namespace Koda.Worker.Audit.Code;

/// <summary>Reads JavaScript and TypeScript, with JSX.</summary>
internal sealed class ScriptLexer(string text) : Lexer(text)
{
    private static readonly StringForm s_single = new("'");
    private static readonly StringForm s_double = new("\"");
    private static readonly StringForm s_template = new("`") { Hole = "${", IsMultiline = true };

    private static readonly HashSet<string> s_beforePattern =
        ["return", "typeof", "case", "in", "of", "delete", "void", "throw", "new", "else", "do", "await", "yield", "instanceof", "default"];

    protected override bool Skip() => SkipWhiteSpace() || (At == 0 && Follows("#!") && SkipLine()) || SkipSlashComment();

    protected override bool ReadText()
    {
        switch (Current)
        {
            case '\'':
                ReadString(1, s_single);
                return true;
            case '"':
                ReadString(1, s_double);
                return true;
            case '`':
                ReadString(1, s_template);
                return true;
            case '/' when MayBePattern():
                return ReadPattern();
            default:
                return false;
        }
    }

    private bool MayBePattern() => Tokens.Count == 0 || Tokens[^1] switch
    {
        { Kind: TokenKind.Name } name => s_beforePattern.Contains(name.Text),
        // The slash of a closing element.
        { Kind: TokenKind.Mark, Text: "<" } less => less.End != At,
        { Kind: TokenKind.Mark, Text: "++" or "--" } => false,
        { Kind: TokenKind.Mark or TokenKind.Open } => true,
        _ => false,
    };

    private bool ReadPattern()
    {
        var isInClass = false;
        for (var end = At + 1; end < Source.Length && Source[end] != '\n'; end++)
        {
            switch (Source[end])
            {
                case '\\':
                    end++;
                    break;
                case '[':
                    isInClass = true;
                    break;
                case ']':
                    isInClass = false;
                    break;
                case '/' when !isInClass:
                    var start = At;
                    for (At = end + 1; char.IsAsciiLetter(Current);)
                        At++;
                    Add(TokenKind.Pattern, Source[start..At], start);
                    return true;
            }
        }
        return false;
    }
}
