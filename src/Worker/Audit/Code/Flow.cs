namespace Koda.Worker.Audit.Code;

/// <summary>
/// Tells where the value of an expression comes from, by what its function does with names before it. Other functions are not read.
/// </summary>
/// <param name="code">The file.</param>
/// <param name="names">What names mean in it.</param>
/// <param name="bindings">Where they get values.</param>
/// <param name="functions">Its functions, in the order of the file.</param>
/// <param name="facts">What is known of the language.</param>
internal sealed partial class Flow(SourceCode code, Names names, Bindings bindings, FunctionIndex functions, FlowFacts facts)
{
    private const int Deepest = 14;
    private const int MostSteps = 4_000_000;

    private readonly Dictionary<(int, int), Value> _known = [];
    private int _steps;

    /// <exception cref="TooComplexException">The file takes too many steps.</exception>
    public Value Of(Span span) => Of(span, Deepest);

    private Value Of(Span span, int depth)
    {
        if (span.IsEmpty)
            return new Value(Origin.Constant, "");
        if (depth == 0)
            return Value.Unknown;
        if ((_steps += span.To - span.From) > MostSteps)
            throw new TooComplexException();
        if (_known.TryGetValue((span.From, span.To), out var known))
            return known;
        var value = Evaluate(span, depth);
        return depth > Deepest / 2 ? _known[(span.From, span.To)] = value : value;
    }

    private Value Evaluate(Span span, int depth)
    {
        span = Wrapping.Without(code, span);
        if (span.IsEmpty)
            return new Value(Origin.Constant, "");
        if (IsFunction(span))
            return new Value(Origin.Constant) { IsFunction = true };
        if (code.Split(span, "?") is [_, var branches] && code.Split(branches, ":") is [var yes, var no])
            return Of(yes, depth - 1).Or(Of(no, depth - 1));
        if (code.Language == Language.Py && Choice(span, depth) is { } chosen)
            return chosen;
        if (code.Split(span, "||", "??") is { Count: > 1 } either)
            return either.Select(part => Of(part, depth - 1)).Aggregate((one, two) => one.Or(two));
        if (code.Split(span, "&&") is { Count: > 1 } both)
            return Of(both[^1], depth - 1);
        if (code.Split(span, "===", "!==", "==", "!=", "<=", ">=") is { Count: > 1 })
            return Value.Plain;
        if (code.Split(span, "+") is { Count: > 1 } sum && !sum[0].IsEmpty)
            return sum.Select(part => Of(part, depth - 1)).Aggregate((one, two) => one.Then(two));
        if (code.Split(span, "%") is [var format, var arguments]
            && code.Language == Language.Py
            && Of(format, depth - 1) is { Text: not null } text)
            return Formatted(text, arguments, depth);
        return code.Split(span, "-", "*", "/", "%", "**") is { Count: > 1 } ? Value.Plain : Primary(span, depth);
    }

    // a if test else b
    private Value? Choice(Span span, int depth)
    {
        var test = -1;
        for (var i = span.From; i < span.To; i = code.Next(i))
        {
            if (code.IsName(i, "if"))
                test = i;
            else if (code.IsName(i, "else") && test > span.From)
                return Of(span with { To = test }, depth - 1).Or(Of(span with { From = i + 1 }, depth - 1));
            else if (code.IsName(i, "or") && i > span.From)
                return Of(span with { To = i }, depth - 1).Or(Of(span with { From = i + 1 }, depth - 1));
            else if (code.IsName(i, "in") || code.IsName(i, "not") || code.IsName(i, "is"))
                return Value.Plain;
        }
        return null;
    }

    private bool IsFunction(Span span) =>
        code.IsName(span.From, "function") || code.IsName(span.From, "func") || code.IsName(span.From, "lambda")
        || code.Is(span.From + 1, "=>")
        || (code.Is(span.From, "(") && code.Is(code.Match(span.From) + 1, "=>") && code.Match(span.From) < span.To);

    private Value Primary(Span span, int depth)
    {
        switch (code.Tokens[span.From])
        {
            case { Kind: TokenKind.Number } or { Kind: TokenKind.Pattern } when span.To - span.From == 1:
                return Value.Plain;
            case { Kind: TokenKind.Text } or { Kind: TokenKind.Open, Text: Token.Template } when Texts(span, depth) is { } text:
                return text;
            case { Kind: TokenKind.Open, Text: "[" or "{" } when code.Match(span.From) == span.To - 1:
                return Structure(span.From, depth);
        }
        // []string{"a", b}, new[] { a }, map[string]string{…}
        if (code.Is(span.To - 1, "}")
            && code.Match(span.To - 1) is var open && open > span.From && open < span.To
            && code.Language is Language.Go or Language.Cs)
            return Structure(open, depth);
        return Named(span, depth);
    }

    // Pieces of text that stand beside each other are one.
    private Value? Texts(Span span, int depth)
    {
        var value = new Value(Origin.Constant, "");
        for (var i = span.From; i < span.To; i = code.Next(i))
        {
            if (code.Tokens[i].Kind == TokenKind.Text)
                value = value.Then(new Value(Origin.Constant, code.Tokens[i].Text));
            else if (code.Is(i, Token.Template))
                value = value.Then(TemplateAt(i, depth));
            else
                return null;
        }
        return value;
    }

    private Value TemplateAt(int open, int depth)
    {
        var value = new Value(Origin.Constant, "");
        for (var i = open + 1; i < code.Match(open); i = code.Next(i))
        {
            if (code.Tokens[i].Kind == TokenKind.Text)
                value = value.Then(new Value(Origin.Constant, code.Tokens[i].Text));
            else if (code.Is(i, Token.Hole))
                value = value.Then(Part(new Span(i + 1, Math.Min(code.Match(i), code.Tokens.Length)), depth));
        }
        return value;
    }

    private Value Part(Span span, int depth)
    {
        var value = Of(code.Language == Language.Js ? span : code.Split(span, ",", "!") is [var first, ..] ? first : span, depth - 1);
        return value.IsConstant && value.Text is null ? new Value(Origin.Plain) : value;
    }

    private Value Formatted(Value format, Span arguments, int depth)
    {
        while (code.Is(arguments.From, "(")
            && code.Match(arguments.From) == arguments.To - 1 && code.Is(arguments.From + 1, "(")
            && code.Match(arguments.From + 1) == arguments.To - 2)
            arguments = new Span(arguments.From + 1, arguments.To - 1);
        var isTuple = code.Is(arguments.From, "(") && code.Match(arguments.From) == arguments.To - 1;
        var given = isTuple ? code.Parts(arguments.From) : [arguments];
        return FlowFacts.Fill(format, [.. given.Select(argument => Of(argument, depth - 1))], braces: false);
    }

    private Value Structure(int open, int depth)
    {
        var value = new Value(Origin.Constant) { IsStructure = true };
        foreach (var part in code.Parts(open).Take(64))
        {
            var pieces = code.Split(part, ":");
            value = value.Or(Of(pieces[^1], depth - 1) with { Text = null });
        }
        return value with { IsStructure = true };
    }
}
