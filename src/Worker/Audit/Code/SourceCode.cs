using System.Text;

namespace Koda.Worker.Audit.Code;

/// <summary>A stretch of tokens.</summary>
/// <param name="From">The first token.</param>
/// <param name="To">The token behind the last one.</param>
internal readonly record struct Span(int From, int To)
{
    public bool IsEmpty => To <= From;

    public bool Holds(int token) => token >= From && token < To;
}

/// <summary>The tokens of a file, with what each bracket belongs to.</summary>
internal sealed class SourceCode
{
    // Longer ones are looked at as far as this, so that the time grows with the file and not with its square.
    private const int LongestExpression = 2000;
    private const int LongestStatement = 400;
    private const int LongestText = 4000;
    private const int LongestWord = 1000;

    // What a line that goes on begins with, or ends with.
    private static readonly HashSet<string> s_joining =
    [
        ".",
        "?.",
        "+",
        "-",
        "*",
        "/",
        "%",
        "?",
        ":",
        "&&",
        "||",
        "??",
        ",",
        "=",
        "+=",
        ":=",
        "=>",
        "==",
        "===",
        "!=",
        "!==",
        "<",
        ">",
        "|",
        "&",
        "<=",
        ">=",
        "->",
    ];

    private readonly int[] _match;
    private readonly int[] _parent;
    private readonly int[] _lines;

    public SourceCode(Language language, string text)
    {
        Language = language;
        Tokens = [.. Languages.Read(language, text)];
        (_match, _parent) = Brackets();
        var places = new Places(text);
        _lines = [.. Tokens.Select(token => places.Line(token.Start))];
    }

    public Language Language { get; }

    public Token[] Tokens { get; }

    /// <summary>
    /// The bracket that closes or opens what the one at this place opens or closes. The end of the file where there is none.
    /// </summary>
    public int Match(int token) => _match[token];

    /// <summary>The bracket that the token stands in. -1: none.</summary>
    public int Parent(int token) => token < _parent.Length ? _parent[token] : -1;

    /// <summary>Whether the token at the place is the mark or bracket.</summary>
    public bool Is(int token, string mark) => token >= 0 && token < Tokens.Length && Tokens[token].Is(mark);

    public bool IsName(int token) => token >= 0 && token < Tokens.Length && Tokens[token].Kind == TokenKind.Name;

    public bool IsName(int token, string name) => IsName(token) && Tokens[token].Text == name;

    /// <summary>The line of a token, from 1.</summary>
    public int LineOf(int token) => token < _lines.Length ? _lines[token] : int.MaxValue;

    /// <summary>The code of a stretch, without comments, with one space between tokens; of a very long one the beginning.</summary>
    public string Normalized(Span span)
    {
        var text = new StringBuilder();
        for (var i = span.From; i < Math.Min(span.To, Tokens.Length) && text.Length < LongestText; i++)
            text.Append(i > span.From ? " " : "").Append(Tokens[i].Text.AsSpan(0, Math.Min(Tokens[i].Text.Length, LongestWord)));
        return text.ToString();
    }

    /// <summary>The parts of what stands between brackets, as commas divide it.</summary>
    public IReadOnlyList<Span> Parts(int open) => open + 1 >= Match(open) ? [] : Split(new Span(open + 1, Match(open)), ",");

    /// <summary>
    /// Divides a stretch at a mark that stands in no bracket of it. Gives at least one part, which may be empty; none behind a mark at its
    /// end.
    /// </summary>
    public IReadOnlyList<Span> Split(Span span, params ReadOnlySpan<string> marks)
    {
        var parts = new List<Span>();
        var from = span.From;
        for (var i = span.From; i < span.To; i = Next(i))
        {
            if (Tokens[i].Kind != TokenKind.Mark || !marks.Contains(Tokens[i].Text))
                continue;
            parts.Add(new Span(from, i));
            from = i + 1;
        }
        if (from < span.To || parts.Count == 0)
            parts.Add(span with { From = from });
        return parts;
    }

    /// <summary>The token behind this one, or behind all of the bracket that it opens.</summary>
    public int Next(int token) => Tokens[token].Kind == TokenKind.Open ? Math.Max(Match(token), token) + 1 : token + 1;

    /// <summary>The expression that begins at a token: it ends before a separator, a closing bracket or the end of its line.</summary>
    public Span ExpressionAt(int from)
    {
        var (i, steps) = (from, 0);
        while (i < Tokens.Length
            && steps++ < LongestExpression
            && Tokens[i].Kind != TokenKind.Close
            && !Tokens[i].Is(";")
            && !Tokens[i].Is(",")
            && !(i > from && EndsBefore(i, from)))
            i = Next(i);
        return new Span(from, Math.Min(i, Tokens.Length));
    }

    /// <summary>The statement that a token stands in, as far as it stands in the same block.</summary>
    public Span StatementAt(int token)
    {
        var from = token;
        while (from > 0 && token - from < LongestStatement && !EndsStatement(from))
            from = Tokens[from - 1].Kind == TokenKind.Close ? Math.Min(from - 1, Match(from - 1)) : from - 1;
        var to = token + 1;
        for (
            var steps = 0;
            steps < LongestStatement
                && to < Tokens.Length
                && !Tokens[to].Is(";")
                && !Tokens[to].Is("{")
                && !Tokens[to].Is("}")
                && !EndsBefore(to, from);
            steps++)
            to = Tokens[to].Kind == TokenKind.Close ? to + 1 : Next(to);
        return new Span(from, Math.Min(to, Tokens.Length));
    }

    private bool EndsStatement(int from) =>
        Tokens[from - 1].Is(";") || Tokens[from - 1].Is("{") || Tokens[from - 1].Is("}") || EndsBefore(from, 0);

    // Python and C# mark the ends of their statements.
    private bool EndsBefore(int token, int from) =>
        Language is Language.Js or Language.Go && token > from
        && !IsJoining(token - 1) && !IsJoining(token) && Tokens[token].Kind is not (TokenKind.Open or TokenKind.Close)
        && Tokens[token - 1].Kind != TokenKind.Open
        && !(Parent(token) is >= 0 and var parent && Tokens[parent].Text is "(" or "[" or Token.Hole or Token.Template)
        && LineOf(token - 1) != LineOf(token);

    private bool IsJoining(int token) => Tokens[token].Kind == TokenKind.Mark && s_joining.Contains(Tokens[token].Text);

    private (int[] Match, int[] Parent) Brackets()
    {
        var match = new int[Tokens.Length];
        var parent = new int[Tokens.Length];
        var open = new Stack<int>();
        for (var i = 0; i < Tokens.Length; i++)
        {
            match[i] = Tokens.Length;
            if (Tokens[i].Kind == TokenKind.Close && open.TryPeek(out var last))
            {
                // A bracket that closes nothing is left alone; one that was never closed ends with what it stands in.
                if (Closes(Tokens[last].Text, Tokens[i].Text) || IsOpen(open, Tokens[i].Text))
                {
                    while (!Closes(Tokens[last = open.Pop()].Text, Tokens[i].Text))
                        match[last] = i;
                    (match[last], match[i]) = (i, last);
                }
            }
            else if (Tokens[i].Kind == TokenKind.Close)
            {
                match[i] = i;
            }
            parent[i] = open.TryPeek(out var around) ? around : -1;
            if (Tokens[i].Kind == TokenKind.Open)
                open.Push(i);
        }
        return (match, parent);
    }

    // As far as a slip of the reader reaches; a file of brackets only must not take a time that grows with its square.
    private bool IsOpen(Stack<int> open, string close) => open.Take(8).Any(token => Closes(Tokens[token].Text, close));

    private static bool Closes(string open, string close) =>
        (open, close) is ("(", ")") or ("[", "]") or ("{", "}") or (Token.Template, Token.TemplateEnd) or (Token.Hole, Token.HoleEnd);
}
