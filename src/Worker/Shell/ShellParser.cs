namespace Koda.Worker.Shell;

/// <summary>
/// Parses bash: quotes, expansions, substitutions, here-documents, redirects, pipelines, lists, groups, functions and compound commands.
/// What it cannot parse it refuses, so that nothing is judged by half.
/// </summary>
internal sealed partial class ShellParser
{
    private const int MaxLength = 64 * 1024;
    private const int MaxDepth = 60;

    private static readonly HashSet<string> s_closers = ["then", "do", "done", "fi", "elif", "else", "esac", "}"];

    private readonly string _text;
    private readonly int _depth;
    private readonly List<ShellRedirect> _documents = [];
    private int _at;
    private int _nesting;

    private ShellParser(string text, int depth) => (_text, _depth) = (text, depth);

    private char Current => _at < _text.Length ? _text[_at] : '\0';

    private bool AtEnd => _at >= _text.Length;

    /// <summary>The script as a tree. Null: it holds no command.</summary>
    /// <exception cref="ShellSyntaxException">It is not a script that this grammar knows.</exception>
    public static ShellNode? Parse(string text) => Parse(text, 0);

    private static ShellNode? Parse(string text, int depth)
    {
        if (text.Length > MaxLength || depth > MaxDepth)
            throw new ShellSyntaxException("The command is too long or nested too deeply.");
        // No program is handed what stands behind one.
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new ShellSyntaxException("The command holds a NUL.");
        var parser = new ShellParser(text, depth);
        var script = parser.List();
        if (!parser.AtEnd)
            throw parser.Unexpected();
        return parser._documents.Count == 0 ? script : throw new ShellSyntaxException("A here-document does not end.");
    }

    private ShellNode? List()
    {
        if (++_nesting + _depth > MaxDepth)
            throw new ShellSyntaxException("The command is nested too deeply.");
        ShellNode? list = null;
        SkipLines();
        while (!AtCloser())
        {
            var next = AndOr();
            SkipBlanks();
            if (Current == '&')
                (next, _at) = (new ShellNode.Apart(next), _at + 1);
            else if (Current == ';' && !Starts(";;") && !Starts(";&"))
                _at++;
            else if (Current != '\n' && !AtCloser())
                throw Unexpected();
            list = list is null ? next : new ShellNode.Sequence(list, ShellJoin.Then, next);
            SkipLines();
        }
        _nesting--;
        return list;
    }

    private ShellNode AndOr()
    {
        var left = Pipeline();
        while (true)
        {
            SkipBlanks();
            if (!Starts("&&") && !Starts("||"))
                return left;
            var join = Current == '&' ? ShellJoin.And : ShellJoin.Or;
            _at += 2;
            SkipLines();
            left = new ShellNode.Sequence(left, join, Pipeline());
        }
    }

    private ShellNode Pipeline()
    {
        var negated = false;
        while (TakeReserved("!") || TakeReserved("time"))
        {
            negated ^= _text[_at - 1] == '!';
            SkipBlanks();
            if (Starts("-p "))
                _at += 2;
            SkipBlanks();
        }
        var stages = new List<ShellNode> { Command() };
        SkipBlanks();
        while (Current == '|' && !Starts("||"))
        {
            _at += Starts("|&") ? 2 : 1;
            SkipLines();
            stages.Add(Command());
            SkipBlanks();
        }
        var pipeline = stages.Count == 1 ? stages[0] : new ShellNode.Pipeline(stages);
        return negated ? new ShellNode.Not(pipeline) : pipeline;
    }

    private bool AtCloser() =>
        AtEnd || Current == ')' || Starts(";;") || Starts(";&") || (PeekReserved() is { } word && s_closers.Contains(word));

    private void SkipBlanks()
    {
        while (true)
        {
            if (Current is ' ' or '\t')
                _at++;
            else if (Starts("\\\n"))
                _at += 2;
            else if (Current == '#')
                _at = _text.IndexOf('\n', _at) is >= 0 and var end ? end : _text.Length;
            else
                return;
        }
    }

    private void SkipLines()
    {
        SkipBlanks();
        while (Current == '\n')
        {
            _at++;
            ReadDocuments();
            SkipBlanks();
        }
    }

    private bool Starts(string text) => string.CompareOrdinal(_text, _at, text, 0, text.Length) == 0;

    /// <summary>The unquoted word at this place, when it could be a reserved one.</summary>
    private string? PeekReserved()
    {
        var end = _at;
        while (end < _text.Length && (char.IsAsciiLetterLower(_text[end]) || _text[end] is '{' or '}' or '!' or '[' or ']'))
            end++;
        return end > _at && (end == _text.Length || IsMeta(_text[end])) ? _text[_at..end] : null;
    }

    private bool TakeReserved(string word)
    {
        SkipBlanks();
        if (PeekReserved() != word)
            return false;
        _at += word.Length;
        return true;
    }

    private void Expect(string word)
    {
        SkipLines();
        if (!TakeReserved(word))
            throw Unexpected();
    }

    private static bool IsMeta(char character) => character is ' ' or '\t' or '\n' or ';' or '&' or '|' or '(' or ')' or '<' or '>';

    private ShellSyntaxException Unexpected() => new(AtEnd
        ? "The command ends too early."
        : $"The command is not understood at character {_at + 1}: {_text[_at..Math.Min(_text.Length, _at + 20)]}");
}
