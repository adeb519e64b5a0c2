using System.Globalization;
using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>
/// Decides whether code is what a pattern describes. The answers are the worst origin of the values that were looked at; null: it is not.
/// </summary>
/// <param name="file">The file.</param>
internal sealed class PatternMatch(CodeFile file)
{
    private readonly SourceCode _code = file.Code;
    private readonly HashSet<string> _takers = [];
    private bool _isBegun;
    private bool _isQuoted;
    private bool _isSent;

    /// <summary>The functions whose parameters the values are made of that the last call or value was matched by.</summary>
    public string Takers => string.Join(' ', _takers);

    /// <summary>Whether what a stranger sends stands at the beginning of each value that the last one was matched by.</summary>
    public bool IsWhole => _isSent && !_isBegun;

    /// <summary>Whether a part of the last one stands in quotes.</summary>
    public bool IsQuoted => _isQuoted;

    public Origin? Call(RulePattern rule, Call call)
    {
        Forget();
        var origin = Origin.Constant;
        foreach (var (on, condition) in rule.Pattern.Where)
        {
            var found = on switch
            {
                "any" => Any(call.Arguments, condition, rule.Rule.Safe),
                "receiver" => Receiver(call, condition, rule.Rule.Safe),
                _ when int.TryParse(on, NumberStyles.None, CultureInfo.InvariantCulture, out var number) => Argument(
                    Positional(call, number),
                    condition,
                    rule.Rule.Safe),
                _ => Place(on, condition, call.Start, call.Name) ?? Argument(NamedArgument(call, on), condition, rule.Rule.Safe),
            };
            if (found is not { } worst)
                return null;
            origin = worst > origin ? worst : origin;
        }
        return Surroundings(rule, call.Start) ? origin : null;
    }

    public Origin? Value(RulePattern rule, string name, int at, Span value)
    {
        Forget();
        var origin = Origin.Constant;
        foreach (var (on, condition) in rule.Pattern.Where)
        {
            var found = on == "value" ? Argument(value, condition, rule.Rule.Safe) : Place(on, condition, at, name);
            if (found is not { } worst)
                return null;
            origin = worst > origin ? worst : origin;
        }
        return Surroundings(rule, at) ? origin : null;
    }

    public Origin? Place(RulePattern rule, int at, string name)
    {
        foreach (var (on, condition) in rule.Pattern.Where)
        {
            if (Place(on, condition, at, name) is null)
                return null;
        }
        return Surroundings(rule, at) ? Origin.Constant : null;
    }

    public Origin? Compared(RulePattern rule, string name, Span side, Span other)
    {
        if (name.Length == 0 || other.IsEmpty)
            return null;
        foreach (var (on, condition) in rule.Pattern.Where)
        {
            var found = on switch
            {
                "value" => Argument(side, condition, rule.Rule.Safe),
                "other" => Argument(other, condition, rule.Rule.Safe),
                _ => Place(on, condition, side.From, name),
            };
            if (found is null)
                return null;
        }
        return Surroundings(rule, side.From) ? Origin.Constant : null;
    }

    /// <summary>An assignment to <c>target[key]</c>.</summary>
    public Origin? Index(RulePattern rule, string name, int start, int at)
    {
        if (_code.Match(at - 1) is var open && (open >= at - 1 || (rule.Pattern.Where.ContainsKey("looped") && !IsLooped(open + 1))))
            return null;
        if (rule.Pattern.Where.TryGetValue("assigned", out var assigned)
            && Argument(_code.ExpressionAt(at + 1), assigned, rule.Rule.Safe) is null)
            return null;
        return Value(rule, name, start, new Span(open + 1, at - 1));
    }

    /// <summary>Whether a name stands in an import, where it does nothing yet.</summary>
    public bool IsImport(int at)
    {
        var from = _code.StatementAt(at).From;
        return _code.IsName(from, "import")
            || _code.IsName(from, "from")
            || (_code.IsName(from, "using") && !_code.Is(from + 1, "(") && !_code.IsName(from + 1, "var"));
    }

    private Origin? Place(string on, Condition condition, int at, string name)
    {
        var code = on switch
        {
            "name" => name,
            "target" => Target(at),
            "statement" => _code.Normalized(_code.StatementAt(at)),
            "function" => file.Functions.At(at) is { } function ? Called(function) : "",
            "handler" => file.Functions.At(at) is { } function ? $"{function.Before} {_code.Normalized(function.Header)}" : "",
            "body" => file.Functions.At(at) is { } function ? Cut(function.Body, at) : "",
            "decorated" => file.Functions.Behind(at) is { } function
                ? $"{_code.Normalized(function.Header)} {_code.Normalized(function.Body)}"
                : "",
            "beside" => _code.Parent(at) is >= 0 and var open
                ? _code.Normalized(new Span(open, Math.Min(_code.Match(open), _code.Tokens.Length))) + Around(at, 8, 6)
                : "",
            "self" => file.Functions.At(at) is { Name.Length: > 0 } function
            && Cut(function.Body, at).Contains($"{function.Name} (", StringComparison.Ordinal)
                ? "recursive"
                : "",
            "looped" => "looped",
            // Index has looked at it.
            "assigned" => "",
            "call" => file.CallAround(at) ?? "",
            _ => null,
        };
        return code is not null && condition.Holds(code) ? Origin.Constant : null;
    }

    // A function without a name is called as what it is put into.
    private string Called(Function function) => function.Name.Length > 0 ? function.Name
        : _code.Normalized(new Span(Math.Max(0, function.Header.From - 4), function.Header.From));

    // for (const key in source)
    private bool IsLooped(int key) =>
        _code.IsName(key)
        && file.Bindings.Of(_code.Tokens[key].Text)
            .Any(binding => binding.Kind == BindingKind.Each && _code.IsName(binding.Value.From - 1, "in"));

    private string Cut(Span body, int at) => _code.Normalized(new Span(Math.Max(body.From, at - 300), Math.Min(body.To, at + 300)));

    private string Target(int at)
    {
        var statement = _code.StatementAt(at);
        var text = _code.Normalized(statement with { To = Math.Max(statement.From, at) });
        return
            file.Functions.At(at) is { Name: var name }
            && (text.Length == 0 || text.StartsWith("return", StringComparison.Ordinal) || text.EndsWith("=>", StringComparison.Ordinal))
            ? $"{text} {name} ="
            : text;
    }

    private Origin? Any(IEnumerable<Span> arguments, Condition condition, Matcher? safe) =>
        arguments.Select(argument => Argument(Unnamed(argument), condition, safe)).Where(found => found is not null).Max();

    private Origin? Receiver(Call call, Condition condition, Matcher? safe)
    {
        for (var i = call.Open - 1; i > call.Start; i--)
        {
            if (_code.Tokens[i].Kind == TokenKind.Close && _code.Match(i) < i)
                i = _code.Match(i);
            else if (_code.Is(i, ".") || _code.Is(i, "?."))
                return Argument(new Span(call.Start, i), condition, safe);
        }
        return condition.IsAbsence ? Origin.Constant : null;
    }

    private Origin? Argument(Span? argument, Condition condition, Matcher? safe)
    {
        if (argument is not { IsEmpty: false } given)
            return condition.IsAbsence ? Origin.Constant : null;
        var value = file.Flow.Of(given);
        if (!condition.Holds(value, _code.Normalized(given), safe))
            return null;
        _isQuoted |= value.Text is { } text && SqlText.IsQuoted(text);
        _isSent |= value.Origin == Origin.Input;
        _isBegun |= value.Origin == Origin.Input && (value.Lead != Origin.Input || value.Text is [not Code.Value.Gap, ..]);
        _takers.UnionWith(value.Takers.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        return value.Origin;
    }

    private void Forget()
    {
        _takers.Clear();
        (_isSent, _isBegun, _isQuoted) = (false, false, false);
    }

    private Span? Positional(Call call, int number)
    {
        if (number >= call.Arguments.Count)
            return null;
        return IsNamed(call.Arguments[number]) && _code.Language == Language.Py ? null : Unnamed(call.Arguments[number]);
    }

    private bool IsNamed(Span argument) =>
        argument.To - argument.From > 2
        && _code.IsName(argument.From)
        && (_code.Is(argument.From + 1, "=") || (_code.Is(argument.From + 1, ":") && _code.Language == Language.Cs));

    private Span Unnamed(Span argument) => IsNamed(argument) ? argument with { From = argument.From + 2 } : argument;

    // name=value, name: value, or a member of an object that is handed over.
    private Span? NamedArgument(Call call, string name)
    {
        foreach (var argument in call.Arguments)
        {
            if (IsNamed(argument) && _code.Tokens[argument.From].Text == name)
                return Unnamed(argument);
            if (ObjectAt(argument, call.Start) is >= 0 and var open && Member(open, name) is { } member)
                return member;
        }
        // What is filled in behind a constructor.
        var close = _code.Match(call.Open);
        return _code.Language == Language.Cs && _code.Is(close + 1, "{") ? Member(close + 1, name) : null;
    }

    // An object that is written there, or was put into a variable.
    private int ObjectAt(Span argument, int at)
    {
        if (_code.Is(argument.From, "{"))
            return argument.From;
        if (argument.To - argument.From != 1 || !_code.IsName(argument.From))
            return -1;
        var bound = file
            .Bindings.Of(_code.Tokens[argument.From].Text)
            .LastOrDefault(binding => binding.At < at && file.Functions.Sees(at, binding.At));
        return _code.Is(bound.Value.From, "{") && !bound.Value.IsEmpty ? bound.Value.From : -1;
    }

    private Span? Member(int open, string name)
    {
        foreach (var part in _code.Parts(open))
        {
            if (part.IsEmpty || _code.Tokens[part.From].Text != name)
                continue;
            if (part.To - part.From == 1)
                return part;
            if (_code.Is(part.From + 1, ":") || _code.Is(part.From + 1, "="))
                return part with { From = part.From + 2 };
        }
        return null;
    }

    private bool Surroundings(RulePattern rule, int at)
    {
        if (rule.Pattern.Near is { } near && !near.IsMatch(Around(at, rule.Pattern.Lines, rule.Pattern.Lines)))
            return false;
        return rule.Rule.Guard is not { } guard || !guard.IsMatch(file.Functions.At(at) is { } function
            ? _code.Normalized(new Span(Math.Max(function.Header.From, at - 600), Math.Min(function.Body.To, at + 80)))
            : Around(at, 8, 1));
    }

    private string Around(int at, int before, int after)
    {
        var line = _code.LineOf(at);
        var (from, to) = (at, at);
        while (from > 0 && _code.LineOf(from - 1) >= line - before && at - from < 600)
            from--;
        while (to < _code.Tokens.Length && _code.LineOf(to) <= line + after && to - at < 600)
            to++;
        return _code.Normalized(new Span(from, to));
    }
}
