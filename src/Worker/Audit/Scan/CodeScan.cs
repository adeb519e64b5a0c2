using Koda.Worker.Audit.Code;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>Looks in a file of code for what the rules describe.</summary>
internal sealed class CodeScan(CodeFile file, RuleIndex index)
{
    private readonly SourceCode _code = file.Code;
    private readonly PatternMatch _match = new(file);
    private readonly Circumstances _circumstances = new(file);

    public IEnumerable<Hit> Run() =>
        Calls().Concat(Properties()).Concat(Mentions()).Concat(Comparisons()).Concat(Returns()).Concat(Texts());

    private IEnumerable<Hit> Calls()
    {
        foreach (var call in file.Calls())
        {
            if (file.Functions.Declared.Contains(call.Name)
                || file.Bindings.Of(call.Name).Any(binding => file.Flow.Of(binding.Value).IsFunction))
                continue;
            foreach (var rule in index.Calls(call.Name))
            {
                if ((rule.Rule.Nowhere is null || !file.Functions.IsInHeader(call.Start)) && _match.Call(rule, call) is { } origin)
                    yield return Hit(rule, new Span(call.Start, Math.Min(_code.Match(call.Open) + 1, _code.Tokens.Length)), origin);
            }
        }
    }

    private IEnumerable<Hit> Properties()
    {
        foreach (var (name, start, at, value) in file.Bindings.Assignments)
        {
            // What a parameter is when it is not given decides nothing yet.
            foreach (var rule in index.Properties(name).Where(rule => rule.Rule.Secret || !file.Functions.IsInHeader(start)))
            {
                if (_match.Value(rule, name, start, value) is { } origin)
                    yield return Hit(rule, new Span(start, value.To), origin);
            }
            foreach (var rule in name.EndsWith("[]", StringComparison.Ordinal) ? index.Of(pattern => pattern.Index) : [])
            {
                if (_match.Index(rule, name, start, at) is { } origin)
                    yield return Hit(rule, new Span(start, value.To), origin);
            }
        }
        for (var i = 1; i + 1 < _code.Tokens.Length; i++)
        {
            if (!IsKey(i) || _code.Tokens[i - 1] is not { Kind: TokenKind.Name or TokenKind.Text } key)
                continue;
            var value = _code.ExpressionAt(i + 1);
            foreach (var rule in index.Properties(key.Text))
            {
                if (_match.Value(rule, key.Text, i - 1, value) is { } origin)
                    yield return Hit(rule, new Span(i - 1, value.To), origin);
            }
        }
    }

    // { key: value }, Name(key: value). Python's and C#'s "key = value" are assignments.
    private bool IsKey(int at) => _code.Is(at, ":") && at >= 2 && (_code.Is(at - 2, "{") || _code.Is(at - 2, ",") || _code.Is(at - 2, "("))
        && _code.Parent(at) is >= 0 and var open && (_code.Is(open, "{") || _code.Language == Language.Cs);

    private IEnumerable<Hit> Mentions()
    {
        for (var i = 0; i < _code.Tokens.Length; i++)
        {
            if (_code.Tokens[i].Kind != TokenKind.Name || !index.MayBeMentioned(_code.Tokens[i].Text) || _match.IsImport(i))
                continue;
            var name = file.Names.EndingAt(i, out var start);
            foreach (var rule in index.Mentions(name))
            {
                if (_match.Place(rule, start, name) is { } origin)
                    yield return Hit(rule, new Span(start, i + 1), origin);
            }
        }
    }

    private IEnumerable<Hit> Comparisons()
    {
        var rules = index.Of(pattern => pattern.Compare);
        for (var i = 1; rules.Count > 0 && i + 1 < _code.Tokens.Length; i++)
        {
            if (_code.Tokens[i] is not { Kind: TokenKind.Mark, Text: "==" or "===" or "!=" or "!==" })
                continue;
            var left = file.Names.EndingAt(i - 1, out var start);
            var right = Operand(i + 1);
            foreach (var rule in rules)
            {
                var origin = _match.Compared(rule, left, new Span(start, i), right)
                    ?? _match.Compared(rule, file.Names.EndingAt(right.To - 1, out _), right, new Span(start, i));
                if (origin is { } found)
                    yield return Hit(rule, new Span(start, right.To), found);
            }
        }
    }

    private Span Operand(int from)
    {
        var whole = _code.ExpressionAt(from);
        var end = _code.Split(whole, "&&", "||", "?", ")")[0].To;
        for (var i = from; i < end; i = _code.Next(i))
        {
            if (_code.IsName(i, "and") || _code.IsName(i, "or") || _code.Is(i, "{") || _code.Is(i, ":"))
                return new Span(from, Math.Max(from + 1, i));
        }
        return new Span(from, Math.Max(from + 1, end));
    }

    private IEnumerable<Hit> Returns()
    {
        var rules = index.Of(pattern => pattern.Return);
        for (var i = 0; rules.Count > 0 && i + 1 < _code.Tokens.Length; i++)
        {
            if (!_code.IsName(i, "return"))
                continue;
            var value = _code.ExpressionAt(i + 1);
            foreach (var rule in rules)
            {
                if (_match.Value(rule, "return", i, value) is { } origin)
                    yield return Hit(rule, new Span(i, value.To), origin);
            }
        }
    }

    private IEnumerable<Hit> Texts()
    {
        var texts = index.Of(pattern => pattern.Text is not null);
        var expressions = index.Of(pattern => pattern.Expression is not null);
        for (var i = 0; i < _code.Tokens.Length; i++)
        {
            var rules = _code.Tokens[i].Kind switch
            {
                TokenKind.Text when !IsDocumentation(i) => texts,
                TokenKind.Pattern => expressions,
                _ => [],
            };
            foreach (var rule in rules)
            {
                if ((rule.Pattern.Text ?? rule.Pattern.Expression)!.IsMatch(_code.Tokens[i].Text)
                    && _match.Place(rule, i, _code.Tokens[i].Text) is { } origin)
                    yield return Hit(rule, new Span(i, i + 1), origin);
            }
        }
    }

    // A text that is a statement of its own says something to people only.
    private bool IsDocumentation(int at) =>
        _code.Language == Language.Py
        && (at == 0 || _code.Is(at - 1, ";") || _code.Is(at - 1, "{"))
        && (at + 1 == _code.Tokens.Length || _code.Is(at + 1, ";"));

    private Hit Hit(RulePattern rule, Span span, Origin origin) =>
        new(rule, _code.Tokens[span.From].Start, _code.Tokens[Math.Max(span.From, span.To - 1)].End, _code.Normalized(span), origin)
        {
            Takers = _match.Takers,
            IsWhole = _match.IsWhole,
            IsQuoted = _match.IsQuoted,
            Statement = rule.Rule.Kept is null
                ? ""
                : $"{file.Functions.At(span.From)?.Called} {_code.Normalized(_code.StatementAt(span.From))}",
            IsSwitched = _circumstances.IsOfDevelopment(span.From) || (rule.Rule.Setting && _circumstances.IsSwitched(span.From)),
        };
}
