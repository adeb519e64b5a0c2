namespace Koda.Worker.Audit.Code;

/// <summary>A place where a name gets a value.</summary>
/// <param name="At">The token of the name.</param>
/// <param name="Value">The expression.</param>
/// <param name="Member">The member of the value that is taken, as <c>{ a } = value</c> does. Empty: all of it.</param>
/// <param name="Kind">How it comes by it.</param>
internal readonly record struct Binding(int At, Span Value, string Member, BindingKind Kind);

internal enum BindingKind : byte
{
    Set,

    /// <summary>It is put behind what was there.</summary>
    Append,

    /// <summary>One after the other of the value.</summary>
    Each,
}

/// <summary>Where the names of a file get their values.</summary>
internal sealed class Bindings
{
    private readonly SourceCode _code;
    private readonly Names _names;
    private readonly Dictionary<string, List<Binding>> _bindings = [];

    public Bindings(SourceCode code, Names names)
    {
        (_code, _names) = (code, names);
        for (var i = 1; i < code.Tokens.Length; i++)
        {
            switch (code.Tokens[i])
            {
                case { Kind: TokenKind.Mark, Text: "=" or ":=" or "+=" or "||=" or "??=" }:
                    Assign(i);
                    break;
                case { Kind: TokenKind.Name, Text: "of" or "in" } when code.Language is Language.Js or Language.Py or Language.Cs:
                    Each(i, i - 1);
                    break;
                case { Kind: TokenKind.Name, Text: "as" } when code.Language == Language.Py && code.IsName(i + 1):
                    // with open(path) as file
                    Add(
                        code.Tokens[i + 1].Text,
                        new Binding(
                            i + 1,
                            code.StatementAt(i) is var with && code.IsName(with.From, "with") ? new Span(with.From + 1, i) : default,
                            "",
                            BindingKind.Set));
                    break;
            }
        }
    }

    /// <summary>Every assignment: the name, the token of the operator, and the value.</summary>
    public List<(string Name, int Start, int At, Span Value)> Assignments { get; } = [];

    /// <summary>Where a name gets a value, in the order of the file.</summary>
    public IReadOnlyList<Binding> Of(string name) => _bindings.TryGetValue(name, out var found) ? found : [];

    private void Assign(int at)
    {
        var value = _code.ExpressionAt(at + 1);
        if (value.IsEmpty)
            return;
        var kind = _code.Is(at, "+=") ? BindingKind.Append : BindingKind.Set;
        // for _, each := range values
        if (_code.Language == Language.Go && _code.IsName(at + 1, "range"))
            (value, kind) = (value with { From = at + 2 }, BindingKind.Each);
        var target = Target(at - 1);
        if (target >= 1 && _code.Tokens[target] is { Kind: TokenKind.Close, Text: "}" or "]" } && IsPattern(target))
        {
            foreach (var (taken, member) in Functions.Destructured(_code, _code.Match(target)))
            {
                _names.Alias(taken, value, member);
                Add(taken, new Binding(at, value, member, kind));
            }
            return;
        }
        if (target < 0)
            return;
        var name = _names.EndingAt(target, out var start);
        if (name.Length == 0)
            return;
        if (start == target && kind == BindingKind.Set && _code.Language is Language.Js or Language.Py)
            _names.Alias(_code.Tokens[target].Text, value);
        Assignments.Add((name, start, at, value));
        Add(Key(start, target, name), new Binding(target, value, "", kind));
        // a, b = value, and not f(a, b=value)
        for (
            var i = _code.Is(_code.Parent(at), "(") ? -1 : start - 1;
            _code.Language is Language.Go or Language.Py && _code.Is(i, ",") && _code.IsName(i - 1) && _code.Parent(i) == _code.Parent(at);
            i -= 2)
            Add(_code.Tokens[i - 1].Text, new Binding(i - 1, value, "", kind));
    }

    private string Key(int start, int target, string name) => start == target && _code.IsName(target) ? _code.Tokens[target].Text : name;

    private bool IsPattern(int close) => _code.Match(close) is var open && open >= 1 && open < close
        && (_code.IsName(open - 1, "const") || _code.IsName(open - 1, "let") || _code.IsName(open - 1, "var") || _code.Is(open - 1, "("));

    // Behind the type: const name: Type = …, name: Type = …, var name Type = …
    private int Target(int last)
    {
        if (_code.Language == Language.Go
            && _code.IsName(last)
            && _code.IsName(last - 1)
            && (_code.IsName(last - 2, "var") || _code.IsName(last - 2, "const")))
            return last - 1;
        if (_code.Language is not (Language.Js or Language.Py))
            return last;
        for (
            var i = last;
            i > Math.Max(1, last - 20)
                && !_code.Is(i, ";")
                && !_code.Is(i, "{")
                && !_code.Is(i, "?")
                && _code.LineOf(i) == _code.LineOf(last);
            i--)
        {
            if (_code.Is(i, ":") && _code.Parent(i) == _code.Parent(last) && i < last)
                return i - (_code.Is(i - 1, "!") || _code.Is(i - 1, "?") ? 2 : 1);
        }
        return last;
    }

    private void Each(int at, int last)
    {
        var value = _code.ExpressionAt(at + 1);
        if (value.IsEmpty)
            return;
        if (_code.Language == Language.Py)
            value = _code.Split(value, ":") is [var whole, ..] ? whole : value;
        if (_code.IsName(last))
            Add(_code.Tokens[last].Text, new Binding(last, value, "", BindingKind.Each));
        else if (_code.Tokens[last] is { Kind: TokenKind.Close, Text: "]" or "}" or ")" } && _code.Match(last) < last)
        {
            foreach (var (name, _) in Functions.Destructured(_code, _code.Match(last)))
                Add(name, new Binding(last, value, "", BindingKind.Each));
        }
        for (var i = last - 1; _code.Language == Language.Py && _code.Is(i, ",") && _code.IsName(i - 1); i -= 2)
            Add(_code.Tokens[i - 1].Text, new Binding(i - 1, value, "", BindingKind.Each));
    }

    private void Add(string name, Binding binding)
    {
        if (binding.Value.IsEmpty)
            return;
        if (!_bindings.TryGetValue(name, out var list))
            _bindings[name] = list = [];
        list.Add(binding);
    }
}
