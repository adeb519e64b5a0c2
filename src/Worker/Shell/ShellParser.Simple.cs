namespace Koda.Worker.Shell;

/// <summary>Simple commands: assignments, words and redirects.</summary>
internal sealed partial class ShellParser
{
    // Longer ones first: the first that fits is the operator.
    private static readonly string[] s_redirectOperators = ["&>>", "<<<", "<<-", "&>", ">>", ">|", ">&", "<<", "<&", "<>", ">", "<"];

    private static readonly HashSet<string> s_declaring = ["declare", "typeset", "local", "export", "readonly"];

    private ShellNode SimpleCommand()
    {
        var start = _at;
        var assignments = new List<ShellAssignment>();
        var words = new List<ShellWord>();
        var redirects = new List<ShellRedirect>();
        var parts = new List<string>();
        while (true)
        {
            SkipBlanks();
            var part = _at;
            if (Redirect() is { } redirect)
            {
                redirects.Add(redirect);
                continue;
            }
            if (AtEnd || (IsMeta(Current) && !Starts("<(") && !Starts(">(")))
                break;
            if ((words.Count == 0 || s_declaring.Contains(words[0].Text)) && Assignment() is { } assignment)
                assignments.Add(assignment);
            else
                words.Add(Word());
            parts.Add(_text[part.._at]);
        }
        if (Current == '(' && words.Count == 1 && assignments.Count == 0 && redirects.Count == 0)
            return FunctionByBrackets(words[0].Static ?? throw Unexpected());
        if (Current == '(' || _at == start)
            throw Unexpected();
        return new ShellNode.Simple(assignments, words, redirects, _text[start.._at].Trim()) { Bare = string.Join(' ', parts) };
    }

    private ShellNode.Function FunctionByBrackets(string name)
    {
        _at++;
        SkipBlanks();
        Close(')');
        SkipLines();
        return new ShellNode.Function(name, Command());
    }

    private ShellRedirect? Redirect()
    {
        var start = _at;
        if (Current == '{')
        {
            var end = _text.IndexOf('}', _at);
            if (end < 0 || !_text.AsSpan(_at + 1, end - _at - 1).ContainsOnlyNameCharacters())
                return null;
            _at = end + 1;
        }
        else
        {
            while (char.IsAsciiDigit(Current))
                _at++;
        }
        var sign = Starts("<(") || Starts(">(") ? null : s_redirectOperators.FirstOrDefault(Starts);
        if (sign is null || (sign[0] == '&' && _at > start))
        {
            _at = start;
            return null;
        }
        _at += sign.Length;
        SkipBlanks();
        var redirect = new ShellRedirect(sign, Word());
        if (redirect.IsHereDocument)
            _documents.Add(redirect);
        return redirect;
    }

    private ShellAssignment? Assignment()
    {
        var start = _at;
        if (!char.IsAsciiLetter(Current) && Current != '_')
            return null;
        var name = Name();
        var nested = new List<ShellWord>();
        if (Current == '[')
            nested.Add(Subscript());
        if (Current == '+' && Starts("+="))
            _at++;
        if (Current != '=')
        {
            _at = start;
            return null;
        }
        _at++;
        if (Current == '(')
            nested.AddRange(Array());
        else if (!AtEnd && (!IsMeta(Current) || Starts("<(") || Starts(">(")))
            nested.Add(Word());
        return new ShellAssignment(name, nested);
    }

    private List<ShellWord> Array()
    {
        _at++;
        var words = new List<ShellWord>();
        SkipLines();
        while (Current != ')')
        {
            if (AtEnd || (IsMeta(Current) && !Starts("<(") && !Starts(">(")))
                throw Unexpected();
            words.Add(Word());
            SkipLines();
        }
        _at++;
        return words;
    }

    private ShellWord Subscript()
    {
        var inside = Inside(_at, '[', ']');
        _at += inside.Length + 2;
        return Calculated(Expansions(inside));
    }

    private string Name()
    {
        var start = _at;
        while (char.IsAsciiLetterOrDigit(Current) || Current == '_')
            _at++;
        return _at > start ? _text[start.._at] : throw Unexpected();
    }
}
