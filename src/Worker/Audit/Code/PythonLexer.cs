namespace Koda.Worker.Audit.Code;

/// <summary>Reads Python. Blocks become brackets, and the ends of lines become marks, where they end a statement.</summary>
internal sealed class PythonLexer(string text) : Lexer(text)
{
    private const int TabWidth = 8;

    private readonly Stack<int> _indents = new([0]);

    protected override bool IsNameStart(char character) => char.IsLetter(character) || character == '_';

    protected override bool Skip()
    {
        if (Current == '#')
            return SkipLine();
        if (Current == '\\' && Peek(1) is '\n' or '\r')
        {
            At += 2;
            return true;
        }
        if (Current != '\n' || IsInBrackets)
            return SkipWhiteSpace();
        EndLine();
        return true;
    }

    protected override bool ReadText()
    {
        var prefix = 0;
        while (prefix < 3 && char.ToLowerInvariant(Peek(prefix)) is 'r' or 'b' or 'u' or 'f' or 't')
            prefix++;
        if (Peek(prefix) is not ('"' or '\'') || (At > 0 && (char.IsLetterOrDigit(Source[At - 1]) || Source[At - 1] == '_')))
            return false;
        var quote = Peek(prefix);
        var isTriple = Peek(prefix + 1) == quote && Peek(prefix + 2) == quote;
        var marks = Source.Substring(At, prefix).ToLowerInvariant();
        ReadString(prefix + (isTriple ? 3 : 1), new StringForm(new string(quote, isTriple ? 3 : 1))
        {
            Hole = marks.Contains('f', StringComparison.Ordinal) || marks.Contains('t', StringComparison.Ordinal) ? "{" : "",
            Doubles = true,
            HasFormats = true,
            IsMultiline = isTriple,
        });
        return true;
    }

    protected override void Finish()
    {
        EndStatement();
        while (_indents.Pop() > 0 && _indents.Count > 0)
            Add(TokenKind.Close, "}", At);
    }

    private void EndLine()
    {
        EndStatement();
        At++;
        var (start, width) = (At, 0);
        for (; Current is ' ' or '\t' or '\f'; At++)
            width = Current == '\t' ? (width / TabWidth + 1) * TabWidth : width + 1;
        if (Current is '\n' or '\r' or '#' or '\0')
            return;
        if (width > _indents.Peek())
        {
            _indents.Push(width);
            Add(TokenKind.Open, "{", start);
        }
        while (width < _indents.Peek())
        {
            _indents.Pop();
            Add(TokenKind.Close, "}", start);
        }
    }

    private void EndStatement()
    {
        if (Tokens.Count > 0 && !Tokens[^1].Is(";") && !Tokens[^1].Is("{"))
            Add(TokenKind.Mark, ";", At);
    }
}
