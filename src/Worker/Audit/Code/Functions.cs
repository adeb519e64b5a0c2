namespace Koda.Worker.Audit.Code;

/// <summary>A function of a file.</summary>
/// <param name="Name">Its name. Empty: it has none.</param>
/// <param name="Parameters">What it takes.</param>
/// <param name="Header">From its first token to its body.</param>
/// <param name="Body">What it does.</param>
/// <param name="Before">What stands before it and tells about it: decorators or attributes, or what it is handed to.</param>
internal sealed record Function(string Name, IReadOnlyList<Parameter> Parameters, Span Header, Span Body, string Before)
{
    /// <summary>Stands for the name of functions that are called back with what something else got.</summary>
    public const string CalledBack = "?";

    private static readonly HashSet<string> s_errors = ["err", "error", "er", "e", "_", "_err", "_error"];

    /// <summary>The name that it is called by: its own, that of what it is put into, or <see cref="CalledBack"/>. Empty: none.</summary>
    public string Called { get; init; } = Name;

    /// <summary>Whether its parameters are an error and a result.</summary>
    public bool TakesResult => Name.Length == 0 && Parameters.Count > 1 && s_errors.Contains(Parameters[0].Name);
}

/// <summary>A parameter.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Declaration">All that is said of it, such as its type.</param>
internal readonly record struct Parameter(string Name, string Declaration);

/// <summary>Finds the functions of a file.</summary>
internal static class Functions
{
    private const int LongestResult = 60;

    public static IEnumerable<Function> Of(SourceCode code)
    {
        for (var i = 0; i < code.Tokens.Length; i++)
        {
            var found =
                code.Is(i, "(") && code.Match(i) < code.Tokens.Length ? Of(code, i)
                : code.Is(i, "=>") && code.IsName(i - 1) ? Short(code, i)
                : null;
            if (found is not null)
                yield return found;
        }
    }

    private static Function? Of(SourceCode code, int open)
    {
        var close = code.Match(open);
        var (header, name) = Header(code, open);
        if (header < 0
            || Body(code, close, isNamed: name.Length > 0 || code.IsName(open - 1, "function") || code.IsName(open - 1, "func"))
                is not { } body)
            return null;
        var function = new Function(
            name,
            [.. code.Parts(open).SelectMany(part => Parameters(code, part))],
            new Span(header, body.From),
            body,
            Before(code, header));
        return name.Length > 0
            ? function
            : function with { Called = Holder(code, header) ?? (function.TakesResult ? Function.CalledBack : "") };
    }

    private static Function? Short(SourceCode code, int arrow) =>
        code.Language is Language.Js or Language.Cs && Body(code, arrow - 1, isNamed: false) is { } body
            ? new Function(
                "",
                [new Parameter(code.Tokens[arrow - 1].Text, code.Tokens[arrow - 1].Text)],
                new Span(arrow - 1, body.From),
                body,
                Before(code, arrow - 1))
            {
                Called = Holder(code, arrow - 1) ?? "",
            }
            : null;

    // run = (a) => …, run: function (a) { … }, run := func(a string) { … }
    private static string? Holder(SourceCode code, int header)
    {
        var i = header - 1;
        while (code.IsName(i, "function") || code.IsName(i, "async") || code.IsName(i, "func") || code.Is(i, "*"))
            i--;
        return
            (code.Is(i, "=") || code.Is(i, ":") || code.Is(i, ":="))
            && i > 0
            && code.Tokens[i - 1] is { Kind: TokenKind.Name or TokenKind.Text } holder
            ? holder.Text
            : null;
    }

    private static (int Start, string Name) Header(SourceCode code, int open)
    {
        var before = open - 1;
        // Type parameters.
        if (code.Is(before, ">") && code.Language is Language.Cs or Language.Js)
        {
            while (before > 0 && open - before < LongestResult && !code.Is(before, "<"))
                before--;
            before--;
        }
        var isNamed = code.IsName(before) && !Keywords.Hold(code.Tokens[before]);
        var name = isNamed ? code.Tokens[before].Text : "";
        return code.Language switch
        {
            Language.Py => isNamed && code.IsName(before - 1, "def") ? (before - 1, name) : (-1, ""),
            Language.Go when code.IsName(before, "func") => code.Is(code.Match(open) + 1, "{")
            || !code.IsName(code.Match(open) + 1)
            || !code.Is(code.Match(open) + 2, "(")
                ? (before, "")
                : (-1, ""),
            Language.Go => isNamed
            && (code.IsName(before - 1, "func") || (code.Is(before - 1, ")") && code.IsName(code.Match(before - 1) - 1, "func")))
                ? (before - 1, name)
                : (-1, ""),
            Language.Cs when isNamed => before > 0
            && (
                code.IsName(before - 1)
                    && !code.IsName(before - 1, "new")
                    && !code.IsName(before - 1, "return")
                    && !code.IsName(before - 1, "await")
                || code.Is(before - 1, ">")
                || code.Is(before - 1, "]")
                || code.Is(before - 1, "?"))
                ? (before, name)
                : (-1, ""),
            _ => (isNamed ? before : open, name),
        };
    }

    private static Span? Body(SourceCode code, int close, bool isNamed)
    {
        var i = close + 1;
        if (code.Is(i, "=>"))
            return code.Is(i + 1, "{") ? Inside(code, i + 1) : code.ExpressionAt(i + 1) is { IsEmpty: false } body ? body : null;
        if (!isNamed && !(code.Language == Language.Js && code.Is(i, ":")))
            return null;
        // The type of the result, what is thrown, or what a constructor calls first.
        var mayGoOn = code.Language != Language.Js || code.Is(i, ":");
        for (var end = Math.Min(i + LongestResult, code.Tokens.Length); i < end; i++)
        {
            if (code.Is(i, "=>"))
                return Body(code, i - 1, isNamed);
            if (code.Is(i, "{"))
                return Inside(code, i);
            if (!mayGoOn
                || code.Tokens[i].Kind == TokenKind.Close
                || (code.Is(i, ";") && code.Language != Language.Py)
                || code.Is(i, ",")
                || code.Is(i, "="))
                return null;
            if (code.Is(i, "(") || code.Is(i, "["))
                i = Math.Max(i, code.Match(i));
        }
        return null;
    }

    private static Span Inside(SourceCode code, int open) => new(open + 1, Math.Max(open + 1, code.Match(open)));

    private static IEnumerable<Parameter> Parameters(SourceCode code, Span part)
    {
        if (part.IsEmpty)
            yield break;
        var declaration = code.Normalized(part);
        if (code.Language == Language.Js && (code.Is(part.From, "{") || code.Is(part.From, "[")))
        {
            foreach (var name in Destructured(code, part.From))
                yield return new Parameter(name.Name, declaration);
            yield break;
        }
        var end = code.Split(part, "=")[0].To;
        var at = code.Language == Language.Cs ? LastName(code, part.From, end) : FirstName(code, part.From, end);
        if (at >= 0)
            yield return new Parameter(code.Tokens[at].Text, declaration);
    }

    private static int LastName(SourceCode code, int from, int end) => Enumerable.Range(from, end - from).LastOrDefault(code.IsName, -1);

    // Behind decorators and modifiers.
    private static int FirstName(SourceCode code, int from, int end)
    {
        for (var i = from; i < end; i++)
        {
            if (code.Is(i, "@"))
            {
                i += code.Is(i + 2, "(") ? code.Match(i + 2) - i : 1;
                continue;
            }
            if (code.IsName(i) && code.Tokens[i].Text is not ("private" or "public" or "protected" or "readonly"))
                return i;
        }
        return -1;
    }

    /// <summary>The names that a pattern such as <c>{ a, b: c }</c> or <c>[a, b]</c> gives, each with the member that it takes.</summary>
    public static IEnumerable<(string Name, string Member)> Destructured(SourceCode code, int open)
    {
        foreach (var part in code.Parts(open))
        {
            var pieces = code.Split(code.Split(part, "=") is [var plain, ..] ? plain : part, ":");
            if (pieces is [.., { IsEmpty: false } last] && code.IsName(last.To - 1))
                yield return (code.Tokens[last.To - 1].Text, code.Is(open, "{") ? code.Tokens[pieces[0].From].Text : "[]");
            else if (pieces is [_, { IsEmpty: false } inner] && code.Is(inner.From, "{"))
            {
                foreach (var (name, member) in Destructured(code, inner.From))
                    yield return (name, $"{code.Tokens[pieces[0].From].Text}.{member}");
            }
        }
    }

    private static string Before(SourceCode code, int header)
    {
        var from = header;
        // Decorators and attributes stand in statements of their own; an argument stands behind what it is handed to.
        for (var lines = 0; from > 0 && header - from < LongestResult * 2 && lines < 12; lines++)
        {
            if (code.Tokens[from - 1].Kind == TokenKind.Close && code.Match(from - 1) is var open && open < from && !code.Is(from - 1, "}"))
                from = open;
            else if (code.Is(from - 1, ";") && code.Language == Language.Py && HasDecorator(code, from - 1) is >= 0 and var at)
                from = at;
            else if (code.Is(from - 1, ";") || code.Is(from - 1, "{") || code.Is(from - 1, "}"))
                break;
            else
                from--;
        }
        return code.Normalized(new Span(from, header));
    }

    private static int HasDecorator(SourceCode code, int end)
    {
        var from = code.StatementAt(Math.Max(0, end - 1)).From;
        return code.Is(from, "@") ? from : -1;
    }
}
