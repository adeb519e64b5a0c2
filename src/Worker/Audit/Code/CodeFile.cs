namespace Koda.Worker.Audit.Code;

/// <summary>A file that was read as code.</summary>
internal sealed class CodeFile
{
    public CodeFile(Language language, string text, FlowFacts facts)
    {
        Code = new SourceCode(language, text);
        Functions = new FunctionIndex(Code);
        Names = new Names(Code);
        Bindings = new Bindings(Code, Names);
        Flow = new Flow(Code, Names, Bindings, Functions, facts);
    }

    public SourceCode Code { get; }

    public Names Names { get; }

    public FunctionIndex Functions { get; }

    public Bindings Bindings { get; }

    public Flow Flow { get; }

    /// <summary>The calls: the name of each, its first token and its bracket.</summary>
    public IEnumerable<Call> Calls()
    {
        for (var open = 1; open < Code.Tokens.Length; open++)
        {
            if (Code.Is(open, "(") && Callee(open - 1) is >= 0 and var last)
            {
                var name = Names.EndingAt(last, out var start);
                if (!IsDeclaration(start, open))
                    yield return new Call(name, start, open, Code.Parts(open));
            }
        }
    }

    /// <summary>The call whose arguments a token stands in. Null: it stands in none.</summary>
    public string? CallAround(int token)
    {
        for (var (open, depth) = (Code.Parent(token), 0); open > 0 && depth < 6; (open, depth) = (Code.Parent(open), depth + 1))
        {
            if (Code.Is(open, "(") && Callee(open - 1) is >= 0 and var last)
                return Names.EndingAt(last, out _);
        }
        return null;
    }

    // Behind generic arguments: Deserialize<Order>(…)
    private int Callee(int last)
    {
        if (Code.Is(last, ">") && Code.Language is Language.Cs or Language.Js)
        {
            for (var i = last - 1; i > Math.Max(0, last - 20) && !Code.Is(i, ";") && !Code.Is(i, "("); i--)
            {
                if (Code.Is(i, "<"))
                    return Code.IsName(i - 1) ? i - 1 : -1;
            }
            return -1;
        }
        return Code.Tokens[last] switch
        {
            { Kind: TokenKind.Name } name => !Code.Is(last - 1, ".") && Keywords.PreventCall(name) ? -1 : last,
            { Kind: TokenKind.Close, Text: ")" or "]" } => Code.Match(last) is var open
            && open > 0
            && (Code.IsName(open - 1) || Code.Tokens[open - 1].Kind == TokenKind.Close || Code.Is(open, "("))
                ? last
                : -1,
            _ => -1,
        };
    }

    private bool IsDeclaration(int start, int open) => start > 0 && Code.Language switch
    {
        Language.Py => Code.IsName(start - 1, "def") || Code.IsName(start - 1, "class"),
        Language.Go => Code.IsName(start - 1, "func"),
        Language.Js => Code.IsName(start - 1, "function") || (start == open - 1 && Functions.IsHeader(open)),
        _ => Functions.IsHeader(open),
    };
}

/// <summary>A call.</summary>
/// <param name="Name">What is called.</param>
/// <param name="Start">The first token of that name.</param>
/// <param name="Open">The bracket of its arguments.</param>
/// <param name="Arguments">What it is given.</param>
internal readonly record struct Call(string Name, int Start, int Open, IReadOnlyList<Span> Arguments);
