using System.Text;

namespace Koda.Worker.Shell;

/// <summary>Words and what expands in them.</summary>
internal sealed partial class ShellParser
{
    private const string ExpandedHome = "/tmp/home";

    /// <summary>What is known of a word while it is read.</summary>
    private sealed class Draft
    {
        public StringBuilder Value { get; } = new();

        public List<ShellNode> Nested { get; } = [];

        public bool Known { get; set; } = true;

        public bool Pattern { get; set; }

        public bool QuotedPattern { get; set; }

        public ShellWord End(string text) => new(text, Known && !(Pattern && QuotedPattern) ? Value.ToString() : null, Pattern, Nested);

        public void Quoted(char character)
        {
            QuotedPattern |= character is '*' or '?' or '[' or ']' or '\\';
            Value.Append(character);
        }

        public void Unknown(IEnumerable<ShellNode>? nested = null)
        {
            Known = false;
            Nested.AddRange(nested ?? []);
        }
    }

    private ShellWord Word()
    {
        var start = _at;
        var draft = new Draft();
        if (Current == '~')
            Tilde(draft);
        while (!AtEnd && (!IsMeta(Current) || Starts("<(") || Starts(">(")))
            Part(draft);
        return _at > start ? draft.End(_text[start.._at]) : throw Unexpected();
    }

    private void Part(Draft draft)
    {
        switch (Current)
        {
            case '\\':
                Escape(draft);
                break;
            case '\'':
                SingleQuotes(draft);
                break;
            case '"':
                DoubleQuotes(draft);
                break;
            case '$':
                Dollar(draft, quoted: false);
                break;
            case '`':
                draft.Unknown(Backticks(quoted: false));
                break;
            case '<' or '>':
                _at++;
                draft.Unknown(InBrackets());
                break;
            case '{' when IsBraceExpansion():
                // The words that it makes are not worked out: one of them may lead anywhere.
                draft.Unknown();
                _at++;
                break;
            default:
                draft.Pattern |= Current is '*' or '?' or '[';
                draft.Value.Append(Current);
                _at++;
                break;
        }
    }

    private void Escape(Draft draft)
    {
        _at++;
        if (AtEnd)
            draft.Value.Append('\\');
        else if (Current != '\n')
            draft.Quoted(Current);
        _at++;
    }

    private void SingleQuotes(Draft draft)
    {
        var end = _text.IndexOf('\'', _at + 1);
        if (end < 0)
            throw new ShellSyntaxException("A quote does not end.");
        foreach (var character in _text.AsSpan(_at + 1, end - _at - 1))
            draft.Quoted(character);
        _at = end + 1;
    }

    private void DoubleQuotes(Draft draft)
    {
        _at++;
        while (Current != '"' || AtEnd)
        {
            if (AtEnd)
                throw new ShellSyntaxException("A quote does not end.");
            QuotedPart(draft);
        }
        _at++;
    }

    /// <summary>A piece of text in which only <c>$</c>, backticks and some backslashes mean something.</summary>
    private void QuotedPart(Draft draft)
    {
        if (Current == '$')
        {
            Dollar(draft, quoted: true);
        }
        else if (Current == '`')
        {
            draft.Unknown(Backticks(quoted: true));
        }
        else if (Current == '\\' && _at + 1 < _text.Length && _text[_at + 1] is '$' or '`' or '"' or '\\' or '\n')
        {
            if (_text[_at + 1] != '\n')
                draft.Quoted(_text[_at + 1]);
            _at += 2;
        }
        else
        {
            draft.Quoted(Current);
            _at++;
        }
    }

    private void Tilde(Draft draft)
    {
        var end = _at + 1;
        while (end < _text.Length && !IsMeta(_text[end]) && _text[end] != '/')
            end++;
        if (end == _at + 1)
            draft.Value.Append(ExpandedHome);
        else
            draft.Unknown();
        _at++;
    }

    private bool IsBraceExpansion()
    {
        for (var (i, depth) = (_at + 1, 1); i < _text.Length && depth > 0 && !char.IsWhiteSpace(_text[i]); i++)
        {
            depth += _text[i] switch { '{' => 1, '}' => -1, _ => 0 };
            if (depth >= 1 && (_text[i] == ',' || string.CompareOrdinal(_text, i, "..", 0, 2) == 0))
                return true;
            // Quoted blanks may follow: what they hide is not looked at.
            if (_text[i] is '"' or '\'' or '\\' or '$' or '`')
                return true;
        }
        return false;
    }
}
