using System.Text.RegularExpressions;

namespace Koda.Worker.Shell;

/// <summary>Parameters, substitutions, arithmetic and here-documents.</summary>
internal sealed partial class ShellParser
{
    private void Dollar(Draft draft, bool quoted)
    {
        _at++;
        switch (Current)
        {
            case '(' when AtArithmetic():
                draft.Unknown(Arithmetic().Words.SelectMany(word => word.Nested));
                break;
            case '(':
                draft.Unknown(InBrackets());
                break;
            case '{':
                Parameter(draft);
                break;
            case '[':
                draft.Unknown(Subscript().Nested);
                break;
            case '\'' when !quoted:
                AnsiQuotes(draft);
                break;
            case '"' when !quoted:
                DoubleQuotes(draft);
                break;
            case var first when char.IsAsciiLetter(first) || first == '_':
                Variable(draft, Name());
                break;
            case var sign when char.IsAsciiDigit(sign) || sign is '@' or '*' or '#' or '?' or '-' or '$' or '!':
                _at++;
                draft.Unknown();
                break;
            case '\\' when Starts("\\\n"):
                throw new ShellSyntaxException("A line that is broken after a dollar sign is not understood.");
            default:
                draft.Value.Append('$');
                break;
        }
    }

    private static void Variable(Draft draft, string name)
    {
        if (name == "HOME")
            draft.Value.Append(ExpandedHome);
        else
            draft.Unknown();
    }

    private void Parameter(Draft draft)
    {
        var inside = Inside(_at, '{', '}');
        // Bash starts a process there.
        if (inside.Contains("<(", StringComparison.Ordinal) || inside.Contains(">(", StringComparison.Ordinal))
            throw Unexpected();
        _at += inside.Length + 2;
        if (inside == "HOME")
            Variable(draft, inside);
        else
            draft.Unknown((ValueOnly().IsMatch(inside) ? Expansions(inside) : Calculated(Expansions(inside))).Nested);
    }

    // Such an expansion only takes a variable's value, or another text where there is none: no part of it is calculated, and no variable
    // changes.
    [GeneratedRegex(@"^#?(?:[a-zA-Z_]\w*|[\d@*#?$!-])(?:\[[@*\d]+\])?(?:$|:?[-+?]|[#%/^,])")]
    private static partial Regex ValueOnly();

    [GeneratedRegex(@"[a-zA-Z_]|\$[\d@*]")]
    private static partial Regex NamesVariable();

    private void AnsiQuotes(Draft draft)
    {
        _at++;
        while (Current != '\'' || AtEnd)
        {
            if (AtEnd)
                throw new ShellSyntaxException("A quote does not end.");
            // What escapes stand for is not worked out.
            if (Current == '\\')
            {
                draft.Unknown();
                _at++;
            }
            else
            {
                draft.Quoted(Current);
            }
            _at++;
        }
        _at++;
    }

    private IEnumerable<ShellNode> InBrackets()
    {
        _at++;
        var documents = _documents.Count;
        var script = List();
        // Where the document of such a substitution begins differs between versions of bash.
        if (Current != ')' || _documents.Count > documents)
            throw Unexpected();
        _at++;
        return script is null ? [] : [script];
    }

    private IEnumerable<ShellNode> Backticks(bool quoted)
    {
        var script = new System.Text.StringBuilder();
        _at++;
        while (Current != '`' || AtEnd)
        {
            if (AtEnd)
                throw new ShellSyntaxException("A backtick does not end.");
            if (Current == '\\' && _at + 1 < _text.Length && (_text[_at + 1] is '`' or '\\' or '$' || (quoted && _text[_at + 1] == '"')))
                _at++;
            script.Append(Current);
            _at++;
        }
        _at++;
        return Parse(script.ToString(), _depth + _nesting + 1) is { } node ? [node] : [];
    }

    private bool AtArithmetic()
    {
        if (!Starts("(("))
            return false;
        var end = _at + 2 + Inside(_at + 1, '(', ')').Length;
        return end + 1 < _text.Length && _text[end + 1] == ')';
    }

    private ShellNode.Expression Arithmetic()
    {
        var inside = Inside(_at + 1, '(', ')');
        _at += inside.Length + 4;
        return new ShellNode.Expression([Calculated(Expansions(inside))]);
    }

    // A variable in a calculation may hold another one, which gives values to variables or runs a script.
    private static ShellWord Calculated(ShellWord word) => word.Text.Length > 0 && word.Text[0] != '-' && NamesVariable().IsMatch(word.Text)
        ? word with { Nested = [.. word.Nested, new ShellNode.Simple([new ShellAssignment("", [])], [], [], $"(({word.Text.Trim()}))")] }
        : word;

    /// <summary>The scripts that run when a text is expanded as if it stood in double quotes.</summary>
    private ShellWord Expansions(string text)
    {
        var parser = new ShellParser(text, _depth + _nesting + 1);
        if (parser._depth > MaxDepth)
            throw new ShellSyntaxException("The command is nested too deeply.");
        var draft = new Draft();
        while (!parser.AtEnd)
            parser.QuotedPart(draft);
        return draft.End(text);
    }

    /// <summary>What stands in the bracket at <paramref name="start"/>. With quotes in it, where it ends is not judged.</summary>
    private string Inside(int start, char open, char close)
    {
        var depth = 0;
        for (var i = start; i < _text.Length; i++)
        {
            if (_text[i] is '\'' or '"' or '\\' or '`')
                throw new ShellSyntaxException("Quotes inside of an expansion are not understood.");
            if (_text[i] == open)
                depth++;
            else if (_text[i] == close && --depth == 0)
                return _text[(start + 1)..i];
        }
        throw new ShellSyntaxException("A bracket is not closed.");
    }

    private void ReadDocuments()
    {
        foreach (var redirect in _documents)
        {
            var mark = redirect.Target.Text;
            var literal = mark.AsSpan().ContainsAny('\'', '"', '\\');
            if (literal && redirect.Target.Value is null)
                throw new ShellSyntaxException("The end mark of a here-document is not understood.");
            var text = Document(literal ? redirect.Target.Value! : mark, redirect.Operator == "<<-", joined: !literal);
            redirect.Document = literal ? new ShellWord(text, text, IsPattern: false, []) : Expansions(text) with { IsPattern = false };
        }
        _documents.Clear();
    }

    private string Document(string mark, bool indented, bool joined)
    {
        var text = new System.Text.StringBuilder();
        while (!AtEnd)
        {
            var end = _text.IndexOf('\n', _at) is >= 0 and var found ? found : _text.Length;
            var line = _text[_at..end];
            if (indented)
                line = line.TrimStart('\t');
            _at = Math.Min(_text.Length, end + 1);
            if (line == mark)
                return text.ToString();
            if (line.EndsWith('\\') && joined)
                throw new ShellSyntaxException("Lines that are joined in a here-document are not understood.");
            text.Append(line).Append('\n');
        }
        // Bash takes the end of the script for the end of the document.
        return text.ToString();
    }
}

/// <summary>What names are made of.</summary>
internal static class ShellNames
{
    public static bool ContainsOnlyNameCharacters(this ReadOnlySpan<char> text)
    {
        foreach (var character in text)
        {
            if (!char.IsAsciiLetterOrDigit(character) && character != '_')
                return false;
        }
        return text.Length > 0;
    }
}
