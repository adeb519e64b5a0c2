using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Code;

/// <summary>
/// What names mean in a file: <c>cp.exec</c> is <c>child_process.exec</c> where <c>cp</c> was imported so. A call in a name is <c>()</c>,
/// an index that is not constant <c>[]</c>.
/// </summary>
internal sealed partial class Names
{
    private const int LongestName = 24;
    private const int LongestAlias = 8;

    private static readonly HashSet<string> s_loaders = ["require", "import", "__import__", "importlib.import_module"];
    private static readonly HashSet<string> s_globals = ["window", "globalThis", "global", "builtins", "__builtins__"];
    private static readonly HashSet<string> s_wrappers = ["promisify", "util.promisify", "pify"];

    private readonly SourceCode _code;
    private readonly Dictionary<string, string> _aliases = [];

    public Names(SourceCode code)
    {
        _code = code;
        foreach (var (name, meaning) in Imports.Of(code))
            _aliases.TryAdd(name, meaning);
    }

    /// <summary>Makes a name stand for what an expression names, such as <c>const run = util.promisify(cp.exec)</c>.</summary>
    public void Alias(string name, Span expression)
    {
        if (!expression.IsEmpty && Meaning(expression) is { } meaning && meaning != name)
            _aliases.TryAdd(name, meaning);
    }

    /// <summary>Makes a name stand for a member of what an expression names.</summary>
    public void Alias(string name, Span expression, string member)
    {
        if (!expression.IsEmpty && Meaning(expression) is { } meaning)
            _aliases.TryAdd(name, $"{meaning}.{member}");
    }

    /// <summary>The whole name of the expression, when it is nothing but a name of something that was imported. Null: it is not.</summary>
    private string? Meaning(Span expression)
    {
        var last = expression.To - 1;
        if (_code.Is(last, ")") && _code.IsName(_code.Match(last) - 1) && _code.Parts(_code.Match(last)) is [var only] && !only.IsEmpty
            && s_wrappers.Contains(EndingAt(_code.Match(last) - 1, out var start)) && start == expression.From)
        {
            return Meaning(only);
        }
        var name = EndingAt(last, out var from);
        return from == expression.From && !name.EndsWith(')') && IsImported(expression) ? name : null;
    }

    private bool IsImported(Span expression) =>
        _code.IsName(expression.From)
        && (_aliases.ContainsKey(_code.Tokens[expression.From].Text) || s_loaders.Contains(_code.Tokens[expression.From].Text));

    /// <summary>The name that ends at a token.</summary>
    /// <param name="last">Its last token.</param>
    /// <param name="start">Its first token.</param>
    public string EndingAt(int last, out int start)
    {
        var parts = new List<string>();
        var i = last;
        start = last;
        while (i >= 0 && parts.Count < LongestName)
        {
            var suffix = "";
            while (i > 0
                && suffix.Length < LongestName
                && _code.Tokens[i] is { Kind: TokenKind.Close, Text: ")" or "]" }
                && _code.Match(i) is var open
                && open < i
                && IsAttached(open)
                && Loaded(i) is null)
            {
                suffix = Index(open, i) is { } index ? $".{index}{suffix}" : (_code.Tokens[i].Text == ")" ? "()" : "[]") + suffix;
                i = open - 1;
            }
            if (!One(i, out var part, out var first))
            {
                // Something that has no name, such as /a/ in /a/.exec(text).
                if (parts.Count > 0)
                    parts.Insert(0, "?");
                break;
            }
            parts.Insert(0, part + suffix);
            start = first;
            i = first - 1;
            if (!_code.Is(i, ".") && !_code.Is(i, "?.") && !_code.Is(i, "->") && !_code.Is(i, "::"))
                break;
            i -= _code.Is(i - 1, "!") ? 2 : 1;
        }
        return Resolved(string.Join('.', parts));
    }

    private bool IsAttached(int open) =>
        open > 0
        && _code.Tokens[open - 1] is { Kind: TokenKind.Name } or { Kind: TokenKind.Close, Text: ")" or "]" }
        && !(_code.Is(open, "(") && Keywords.PreventCall(_code.Tokens[open - 1]));

    private string? Index(int open, int close) =>
        _code.Is(open, "[") && close == open + 2 && _code.Tokens[open + 1] is { Kind: TokenKind.Text } index ? index.Text : null;

    private string? Loaded(int close)
    {
        var open = _code.Match(close);
        return
            _code.Is(close, ")")
            && open >= 1
            && open + 2 == close
            && _code.Tokens[open + 1].Kind == TokenKind.Text
            && _code.IsName(open - 1)
            && s_loaders.Contains(_code.Tokens[open - 1].Text)
            ? Imports.Module(_code.Language, _code.Tokens[open + 1].Text)
            : null;
    }

    private bool One(int i, out string part, out int first)
    {
        (part, first) = ("", i);
        if (i < 0)
            return false;
        switch (_code.Tokens[i])
        {
            case { Kind: TokenKind.Name } name:
                part = name.Text;
                return true;
            case { Kind: TokenKind.Text }:
                part = "''";
                return true;
            case { Kind: TokenKind.Close } when Loaded(i) is { } module:
                (part, first) = (module, _code.Match(i) - 1);
                return true;
            case { Kind: TokenKind.Close } when _code.Match(i) < i:
                first = _code.Match(i);
                part = _code.Is(i, Token.TemplateEnd) ? "''" : InBrackets(first, i);
                return true;
            default:
                return false;
        }
    }

    private string InBrackets(int open, int close)
    {
        if (close == open + 1 || !_code.Is(open, "("))
            return "?";
        var from = open + 1 + (_code.IsName(open + 1, "await") || _code.IsName(open + 1, "new") ? 1 : 0);
        var name =
            close - open > LongestName * LongestAlias ? "?"
            : EndingAt(close - 1, out var start) is var inner && start == from ? inner
            : "?";
        return name;
    }

    private string Resolved(string name)
    {
        var end = name.AsSpan().IndexOfAny('.', '(', '[');
        var head = end < 0 ? name : name[..end];
        if (_aliases.TryGetValue(head, out var meaning))
            return meaning + name[head.Length..];
        return s_globals.Contains(head) && end > 0 && name[end] == '.' ? name[(end + 1)..] : name;
    }

    /// <summary>The last word of a name.</summary>
    public static string LastOf(string name)
    {
        var plain = Calls().Replace(name, "");
        return plain[(plain.LastIndexOf('.') + 1)..];
    }

    [GeneratedRegex(@"\(\)|\[\]")]
    private static partial Regex Calls();
}
