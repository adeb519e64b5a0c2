using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Code;

// What names, members and calls give.
internal sealed partial class Flow
{
    private const int DeepestBlock = 64;

    private static readonly Regex s_constantName = new(
        "^_?[A-Z][A-Z0-9_]{2,}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);

    private static readonly HashSet<string> s_plainNames =
        ["true", "false", "null", "undefined", "None", "True", "False", "nil", "NaN", "this", "self", "iota", "default"];

    private static readonly HashSet<string> s_lookups =
        ["get", "Get", "getlist", "getAll", "pop", "Values", "Value", "First", "FirstOrDefault"];

    private static readonly HashSet<string> s_joins = ["join", "resolve", "Join", "Combine"];

    private readonly Callers _callers = new(code, functions);

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
            return joined.Via(called) with { Lead = arguments is [var first, _, ..] ? first.Lead : Origin.Unknown };
        }
        if (facts.IsKept(called))
        {
            var kept = arguments.Append(receiver).Aggregate((one, two) => two.Origin > one.Origin ? two : one).Via(called);
            return arguments is [var folder, _, ..] && s_joins.Contains(Names.LastOf(called)) ? kept with { Lead = folder.Lead } : kept;
        }
        if (Names.LastOf(called) == "format" && receiver.Text is not null)
            return FlowFacts.Fill(receiver, arguments, braces: true).Via(called);
        if (Names.LastOf(called) is "concat" or "Concat" or "Append")
            return arguments.Aggregate(receiver, (one, two) => one.Then(two));
        // What a function gives is not known; what goes in is not what comes out.
        return new Value(Origin.Unknown) { Gaps = called, Through = called };
    }

    private Value Receiver(Span callee, int depth)
    {
        // What is called of a package has no receiver.
        if (code.Language is Language.Go
            && callee.To - callee.From == 3
            && bindings.Of(code.Tokens[callee.From].Text).Count == 0
            && functions.ParameterOf(code.Tokens[callee.From].Text, callee.From) is null)
            return new Value(Origin.Constant, "");
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
            return Named(Given(parameter.Function, parameter.Parameter, depth), name);
        return s_constantName.IsMatch(Names.LastOf(name)) ? new Value(Origin.Constant) : Named(Value.Unknown, name);
    }

    // A parameter of a function that nobody but this file calls, and with nothing that a caller chooses, is none.
    private Value Given(Function function, Parameter parameter, int depth)
    {
        var value = facts.Of(function, parameter);
        return
            value.Origin == Origin.Parameter
            && _callers.Of(function, parameter) is { } given
            && given.All(argument => Of(argument, depth - 1) is { Origin: <= Origin.Plain, IsFunction: false })
            ? Value.Plain
            : value;
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
