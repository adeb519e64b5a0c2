namespace Koda.Worker.Shell;

/// <summary>Compound commands: groups, choices, loops, functions and expressions.</summary>
internal sealed partial class ShellParser
{
    // What stands beside them is calculated.
    private static readonly HashSet<string> s_calculating = ["-eq", "-ne", "-lt", "-le", "-gt", "-ge", "-v"];

    private ShellNode Command()
    {
        SkipBlanks();
        if (Current == '(')
            return WithRedirects(AtArithmetic() ? Arithmetic() : Subshell());
        ShellNode? compound = PeekReserved() switch
        {
            "{" => Group(),
            "if" => If("if"),
            "while" => While("while"),
            "until" => While("until"),
            "for" => For("for"),
            "select" => For("select"),
            "case" => Case(),
            "function" => FunctionByWord(),
            "[[" => Test(),
            "coproc" => throw new ShellSyntaxException("Coprocesses are not understood."),
            { } word when s_closers.Contains(word) => throw Unexpected(),
            _ => null,
        };
        return compound is null ? SimpleCommand() : WithRedirects(compound);
    }

    private ShellNode WithRedirects(ShellNode body)
    {
        if (body is ShellNode.Function)
            return body;
        var redirects = new List<ShellRedirect>();
        SkipBlanks();
        while (Redirect() is { } redirect)
        {
            redirects.Add(redirect);
            SkipBlanks();
        }
        return redirects.Count == 0 ? body : new ShellNode.Redirected(body, redirects);
    }

    private ShellNode.Apart Subshell()
    {
        _at++;
        var body = Body();
        Close(')');
        return new ShellNode.Apart(body);
    }

    private ShellNode Group()
    {
        Expect("{");
        var body = Body();
        Expect("}");
        return body;
    }

    private ShellNode.Choice If(string word)
    {
        Expect(word);
        var condition = Body();
        Expect("then");
        var then = Body();
        SkipLines();
        if (PeekReserved() == "elif")
            return new ShellNode.Choice(condition, then, If("elif"));
        var otherwise = TakeReserved("else") ? Body() : null;
        Expect("fi");
        return new ShellNode.Choice(condition, then, otherwise);
    }

    private ShellNode.Loop While(string word)
    {
        Expect(word);
        var condition = Body();
        return new ShellNode.Loop([], condition, DoBody());
    }

    private ShellNode.Loop For(string word)
    {
        Expect(word);
        SkipBlanks();
        if (AtArithmetic())
        {
            var calculation = Arithmetic();
            SkipLineEnd();
            return new ShellNode.Loop(calculation.Words, null, DoBody());
        }
        var name = Name();
        SkipLines();
        var words = TakeReserved("in") ? Words() : [];
        SkipLineEnd();
        return new ShellNode.Loop(words, null, new ShellNode.Sequence(Assigned(name, words), ShellJoin.Then, DoBody()));
    }

    // What a loop gives to its variable, as if that were assigned there. What the words hold is looked at where they stand.
    private static ShellNode.Simple Assigned(string name, IReadOnlyList<ShellWord> words) =>
        new([new ShellAssignment(name, [])], [], [], $"{name}={string.Join(' ', words.Select(word => word.Text))}");

    private ShellNode DoBody()
    {
        SkipLines();
        if (PeekReserved() == "{")
            return Group();
        Expect("do");
        var body = Body();
        Expect("done");
        return body;
    }

    private ShellNode.Cases Case()
    {
        Expect("case");
        SkipBlanks();
        var words = new List<ShellWord> { Word() };
        SkipLines();
        Expect("in");
        var branches = new List<ShellNode>();
        SkipLines();
        while (!TakeReserved("esac"))
        {
            words.AddRange(Patterns());
            if (List() is { } branch)
                branches.Add(branch);
            if (Starts(";;&"))
                _at += 3;
            else if (Starts(";;") || Starts(";&"))
                _at += 2;
            else if (PeekReserved() != "esac")
                throw Unexpected();
            SkipLines();
        }
        return new ShellNode.Cases(words, branches);
    }

    private List<ShellWord> Patterns()
    {
        var patterns = new List<ShellWord>();
        if (Current == '(')
            _at++;
        while (true)
        {
            SkipBlanks();
            patterns.Add(Word());
            SkipBlanks();
            if (Current != '|')
                break;
            _at++;
        }
        Close(')');
        return patterns;
    }

    private ShellNode.Function FunctionByWord()
    {
        Expect("function");
        SkipBlanks();
        var name = Word().Static ?? throw Unexpected();
        SkipBlanks();
        if (Current == '(')
        {
            _at++;
            SkipBlanks();
            Close(')');
        }
        SkipLines();
        return new ShellNode.Function(name, Command());
    }

    private ShellNode.Expression Test()
    {
        Expect("[[");
        var words = new List<ShellWord>();
        while (true)
        {
            SkipLines();
            if (TakeReserved("]]"))
                return new ShellNode.Expression(
                    words.Any(word => s_calculating.Contains(word.Text)) ? [.. words.Select(Calculated)] : words);
            if (AtEnd)
                throw Unexpected();
            // Operators and the brackets of regular expressions: only what is expanded between them matters.
            if (IsMeta(Current) && !Starts("<(") && !Starts(">("))
                _at++;
            else
                words.Add(Word());
        }
    }

    private ShellNode Body() => List() ?? throw Unexpected();

    private List<ShellWord> Words()
    {
        var words = new List<ShellWord>();
        SkipBlanks();
        while (!AtEnd && (!IsMeta(Current) || Starts("<(") || Starts(">(")))
        {
            words.Add(Word());
            SkipBlanks();
        }
        return words;
    }

    private void SkipLineEnd()
    {
        SkipBlanks();
        if (Current == ';')
            _at++;
        SkipLines();
    }

    private void Close(char bracket)
    {
        SkipLines();
        if (Current != bracket)
            throw Unexpected();
        _at++;
    }
}
