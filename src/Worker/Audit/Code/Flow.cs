using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Code;

/// <summary>
/// Tells where the value of an expression comes from, by what its function does with names before it. Other functions are not read.
/// </summary>
/// <param name="code">The file.</param>
/// <param name="names">What names mean in it.</param>
/// <param name="bindings">Where they get values.</param>
/// <param name="functions">Its functions, in the order of the file.</param>
/// <param name="facts">What is known of the language.</param>
internal sealed class Flow(SourceCode code, Names names, Bindings bindings, FunctionIndex functions, FlowFacts facts)
{
    private const int Deepest = 14;
    private const int DeepestBlock = 64;
    private const int MostSteps = 4_000_000;

    private static readonly Regex s_constantName = new(
        "^_?[A-Z][A-Z0-9_]{2,}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly HashSet<string> s_plainNames =
        ["true", "false", "null", "undefined", "None", "True", "False", "nil", "NaN", "this", "self", "iota", "default"];

    private static readonly HashSet<string> s_lookups =
        ["get", "Get", "getlist", "getAll", "pop", "Values", "Value", "First", "FirstOrDefault"];

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

    private Value Named(Span span, int depth)
    {
        var name = names.EndingAt(span.To - 1, out var start);
        if (start > span.From || name.Length == 0)
            return new Value(Origin.Unknown) { Gaps = name };
        if (code.Is(span.To - 1, ")") && code.Match(span.To - 1) is var open && open > span.From)
            return facts.IsInput(name) ? Input(name) : Call(new Span(span.From, open), open, name, depth);
        if (code.Tokens[span.To - 1].Kind is TokenKind.Close && code.Is(span.To - 1, "]")
            && code.Match(span.To - 1) is var index && index > span.From && !facts.IsInput(name))
            return Of(new Span(span.From, index), depth - 1) with { IsStructure = false, Text = null };
        return Member(span, name, depth);
    }

    private Value Call(Span callee, int open, string name, int depth)
    {
        var called = name.EndsWith("()", StringComparison.Ordinal) ? name[..^2] : name;
        if (facts.IsPlain(called))
            return Value.Plain;
        if (facts.IsEnvironment(called))
            return new Value(Origin.Environment) { Gaps = called };
        var arguments = code.Parts(open).Select(part => Of(part, depth - 1)).ToList();
        if (facts.FormatAt(called) is >= 0 and var at && arguments.Count > at)
            return FlowFacts.Fill(arguments[at], [.. arguments.Skip(at + 1)], code.Language is not Language.Go).Via(called);
        var receiver = Receiver(callee, depth);
        // What is looked up is not what is found.
        if (s_lookups.Contains(Names.LastOf(called)) && facts.IsKept(called))
            return receiver with { Text = null, IsStructure = false };
        // A list of places for parameters: strings.Repeat(",?", n), ",".join(["%s"] * n).
        if (Names.LastOf(called) is "join" or "Join" or "repeat" or "Repeat"
            && arguments.Append(receiver).Any(value => value.Constant is { } text && text.Trim(' ', ',', '(', ')') is "?" or "%s"))
            return new Value(Origin.Constant, "?");
        // What is left over of a list of characters that are allowed.
        if (Names.LastOf(called) is "replace" or "replaceAll" or "Replace" or "sub" or "ReplaceAllString"
            && code.Parts(open).Any(part => code.Tokens[part.From].Text.TrimStart('/').StartsWith("[^", StringComparison.Ordinal)))
            return Value.Plain;
        // What is joined begins with its first part, which is not known here.
        if (Names.LastOf(called) is "join" or "Join" && code.Language is Language.Py)
        {
            var joined = arguments.Append(receiver).Aggregate((one, two) => two.Origin > one.Origin ? two : one);
            return joined.Via(called) with { Lead = Origin.Unknown };
        }
        if (facts.IsKept(called))
            return arguments.Append(receiver).Aggregate((one, two) => two.Origin > one.Origin ? two : one).Via(called);
        if (Names.LastOf(called) == "format" && receiver.Text is not null)
            return FlowFacts.Fill(receiver, arguments, braces: true).Via(called);
        if (Names.LastOf(called) is "concat" or "Concat" or "Append")
            return arguments.Aggregate(receiver, (one, two) => one.Then(two));
        // What a function gives is not known; what goes in is not what comes out.
        return new Value(Origin.Unknown) { Gaps = called, Through = called };
    }

    private Value Receiver(Span callee, int depth)
    {
        for (var i = callee.To - 1; i > callee.From; i--)
        {
            if (code.Tokens[i].Kind == TokenKind.Close && code.Match(i) < i)
                i = code.Match(i);
            else if (code.Is(i, ".") || code.Is(i, "?."))
                return Of(callee with { To = i }, depth - 1);
        }
        return new Value(Origin.Constant, "");
    }

    private Value Member(Span span, string name, int depth)
    {
        var head = code.Tokens[span.From].Text;
        var isWhole = span.To - span.From == 1;
        if (isWhole && s_plainNames.Contains(head))
            return Value.Plain;
        if (facts.IsPlain(name))
            return Value.Plain;
        if (facts.IsInput(name) && !(isWhole && (bindings.Of(head).Count > 0 || functions.ParameterOf(head, span.From) is not null)))
            return Input(name);
        if (facts.IsEnvironment(name))
            return new Value(Origin.Environment) { Gaps = name };
        if (Bound(isWhole ? head : name, span.From, depth) is { } bound)
            return Named(bound, isWhole ? head : name);
        if (!isWhole && Bound(head, span.From, depth) is { } whole)
            return Named(whole with { Text = null, IsStructure = false }, name);
        if (functions.ParameterOf(head, span.From) is { } parameter)
            return Named(facts.Of(parameter.Function, parameter.Parameter), name);
        return s_constantName.IsMatch(Names.LastOf(name)) ? new Value(Origin.Constant) : Named(Value.Unknown, name);
    }

    // What is called last gives it in another form, unless it only looks it up.
    private static Value Input(string name)
    {
        var through = name.EndsWith("()", StringComparison.Ordinal) && !s_lookups.Contains(Names.LastOf(name)) ? Names.LastOf(name) : "";
        return new Value(Origin.Input) { Gaps = name, Inputs = name, Through = through };
    }

    private static Value Named(Value value, string name) => value.IsConstant || value.Text is not null ? value : value with { Gaps = name };

    // From the last value that it surely has, to the place; what is put to it in between is added.
    private Value? Bound(string name, int at, int depth)
    {
        Value? value = null;
        var list = bindings.Of(name);
        var looked = 0;
        for (var i = list.Count - 1; i >= 0 && looked < 12; i--)
        {
            var binding = list[i];
            if (binding.At >= at || binding.Value.Holds(at) || !functions.Sees(at, binding.At))
                continue;
            looked++;
            var given = Of(binding.Value, depth - 1);
            if (binding.Member.Length > 0 || binding.Kind == BindingKind.Each)
                given = facts.Taken(binding.Member, given, names.EndingAt(binding.Value.To - 1, out _));
            value = value is not { } later ? given
                : binding.Kind == BindingKind.Append || Appended(list, i) ? given.Then(later)
                : given.Or(later);
            if (binding.Kind != BindingKind.Append && Encloses(binding.At, at))
                return value;
        }
        return value;
    }

    private static bool Appended(IReadOnlyList<Binding> list, int at) => at + 1 < list.Count && list[at + 1].Kind == BindingKind.Append;

    private bool Encloses(int binding, int at)
    {
        var block = code.Parent(binding);
        var around = code.Parent(at);
        for (var depth = 0; around != block && around >= 0 && depth < DeepestBlock; depth++)
            around = code.Parent(around);
        return around == block;
    }
}
