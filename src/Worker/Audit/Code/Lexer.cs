using System.Text;

namespace Koda.Worker.Audit.Code;

/// <summary>
/// Splits a file into tokens, without comments. It takes any text: what is not closed ends with its line or with the file. It keeps no call
/// stack, so that nothing can nest too deep.
/// </summary>
internal abstract class Lexer(string text)
{
    private static readonly string[] s_marks =
    [
        ">>>=",
        "...",
        "===",
        "!==",
        "**=",
        "??=",
        "||=",
        "&&=",
        "<<=",
        ">>=",
        "//=",
        "=>",
        "==",
        "!=",
        "<=",
        ">=",
        "+=",
        "-=",
        "*=",
        "/=",
        "%=",
        "|=",
        "&=",
        "^=",
        ":=",
        "??",
        "||",
        "&&",
        "?.",
        "::",
        "->",
        "<-",
        "++",
        "--",
        "**",
    ];

    private readonly List<Token> _tokens = [];
    private readonly Stack<(StringForm Form, int Depth)> _holes = [];
    private int _depth;

    protected string Source { get; } = text;

    protected int At { get; set; }

    protected IReadOnlyList<Token> Tokens => _tokens;

    protected bool IsInBrackets => _depth > 0 || _holes.Count > 0;

    protected char Current => Peek(0);

    public IReadOnlyList<Token> Read()
    {
        while (At < Source.Length)
        {
            if (!Skip() && !ReadText())
                ReadOther();
        }
        Finish();
        return _tokens;
    }

    /// <summary>Skips white space or a comment.</summary>
    /// <returns>Whether there was any.</returns>
    protected abstract bool Skip();

    /// <summary>Reads a string, or what else the language has of its own.</summary>
    /// <returns>Whether there was any.</returns>
    protected abstract bool ReadText();

    /// <summary>Called at the end of the file.</summary>
    protected virtual void Finish()
    {
    }

    protected virtual bool IsNameStart(char character) => char.IsLetter(character) || character is '_' or '$';

    protected char Peek(int distance) => At + distance < Source.Length ? Source[At + distance] : '\0';

    protected bool Follows(string expected) => string.CompareOrdinal(Source, At, expected, 0, expected.Length) == 0;

    protected void Add(TokenKind kind, string value, int start) => _tokens.Add(new Token(kind, value, start, At));

    protected bool SkipWhiteSpace()
    {
        if (!char.IsWhiteSpace(Current) && Current is not ('\uFEFF' or '\0'))
            return false;
        At++;
        return true;
    }

    /// <summary>Skips <c>// …</c> and <c>/* … */</c>.</summary>
    protected bool SkipSlashComment()
    {
        if (Current != '/')
            return false;
        if (Peek(1) == '/')
            return SkipLine();
        if (Peek(1) != '*')
            return false;
        var end = Source.IndexOf("*/", At + 2, StringComparison.Ordinal);
        At = end < 0 ? Source.Length : end + 2;
        return true;
    }

    protected bool SkipLine()
    {
        var end = Source.IndexOf('\n', At);
        At = end < 0 ? Source.Length : end;
        return true;
    }

    /// <summary>Reads a string that begins here.</summary>
    /// <param name="prefix">How many characters come before its text.</param>
    /// <param name="form">Its form.</param>
    protected void ReadString(int prefix, StringForm form)
    {
        var start = At;
        At += prefix;
        if (form.HasHoles)
            Add(TokenKind.Open, Token.Template, start);
        ReadRest(form, start);
    }

    private void ReadRest(StringForm form, int start)
    {
        var from = At;
        while (At < Source.Length && !form.Closes(Source, At) && (form.IsMultiline || Current != '\n'))
        {
            if (form.Opens(Source, At))
            {
                AddText(form, from, start);
                var hole = At;
                At += form.Hole.Length;
                Add(TokenKind.Open, Token.Hole, hole);
                _holes.Push((form, _depth));
                _depth = 0;
                return;
            }
            At += form.Skips(Source, At);
        }
        At = Math.Min(At, Source.Length);
        var end = At;
        var isClosed = Follows(form.End);
        At = from;
        AddText(form, from, start, end, isClosed ? form.End.Length : 0);
        if (form.HasHoles)
            Add(TokenKind.Close, Token.TemplateEnd, end);
    }

    private void AddText(StringForm form, int from, int start) => AddText(form, from, start, At, 0);

    private void AddText(StringForm form, int from, int start, int end, int closing)
    {
        At = end + closing;
        if (!form.HasHoles || end > from)
            Add(TokenKind.Text, form.IsRaw ? Source[from..end] : Unescaped(Source.AsSpan(from, end - from)), form.HasHoles ? from : start);
    }

    private void ReadOther()
    {
        var start = At;
        if (IsNameStart(Current))
        {
            while (IsNameStart(Current) || char.IsDigit(Current))
                At++;
            Add(TokenKind.Name, string.Intern(Source[start..At]), start);
        }
        else if (char.IsAsciiDigit(Current) || (Current == '.' && char.IsAsciiDigit(Peek(1))))
        {
            while (char.IsAsciiLetterOrDigit(Current) || Current == '_' || (Current == '.' && char.IsAsciiDigit(Peek(1))))
                At++;
            Add(TokenKind.Number, Source[start..At], start);
        }
        else
        {
            ReadMark(start);
        }
    }

    private void ReadMark(int start)
    {
        switch (Current)
        {
            case '(' or '[' or '{':
                _depth++;
                At++;
                Add(TokenKind.Open, Single(Source[start]), start);
                return;
            case '}' when _holes.Count > 0 && _depth == 0:
                EndHole(start);
                return;
            case ')' or ']' or '}':
                _depth = Math.Max(0, _depth - 1);
                At++;
                Add(TokenKind.Close, Single(Source[start]), start);
                return;
            case ':' when _holes.Count > 0 && _depth == 0 && _holes.Peek().Form.HasFormats && Peek(1) != ':':
                SkipFormat();
                return;
        }
        var mark = Array.Find(s_marks, Follows) ?? Single(Current);
        At += mark.Length;
        Add(TokenKind.Mark, mark, start);
    }

    private void EndHole(int start)
    {
        var (form, depth) = _holes.Pop();
        _depth = depth;
        At += form.HoleEnd.Length;
        Add(TokenKind.Close, Token.HoleEnd, start);
        ReadRest(form, At);
    }

    // What follows a colon says how a value is written, not what it is.
    private void SkipFormat()
    {
        for (var nested = 0; At < Source.Length && Current != '\n' && (Current != '}' || nested > 0); At++)
            nested += Current == '{' ? 1 : Current == '}' ? -1 : 0;
    }

    private static string Single(char character) => character < 128 ? string.Intern(character.ToString()) : "\uFFFD";

    private static string Unescaped(ReadOnlySpan<char> raw)
    {
        if (!raw.Contains('\\'))
            return raw.ToString();
        var plain = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\' || i + 1 == raw.Length)
            {
                plain.Append(raw[i]);
                continue;
            }
            i++;
            plain.Append(raw[i] switch { 'n' => '\n', 't' => '\t', 'r' => '\r', '\n' => ' ', var other => other });
        }
        return plain.ToString();
    }
}

/// <summary>How a kind of string is written.</summary>
/// <param name="End">What ends it.</param>
internal sealed record StringForm(string End)
{
    /// <summary>What opens a hole. Empty: it has none.</summary>
    public string Hole { get; init; } = "";

    public string HoleEnd { get; init; } = "}";

    public bool IsMultiline { get; init; }

    /// <summary>Whether a backslash stands for itself.</summary>
    public bool IsRaw { get; init; }

    /// <summary>Whether what opens a hole stands for itself when it is doubled.</summary>
    public bool Doubles { get; init; }

    /// <summary>Whether what ends it stands for itself when it is doubled.</summary>
    public bool DoublesEnd { get; init; }

    /// <summary>Whether a hole may say how its value is written.</summary>
    public bool HasFormats { get; init; }

    public bool HasHoles => Hole.Length > 0;

    public bool Closes(string source, int at) => Follows(source, at, End) && !(DoublesEnd && Follows(source, at, End + End));

    public bool Opens(string source, int at) =>
        HasHoles && Follows(source, at, Hole) && !(Doubles && Follows(source, at + Hole.Length, Hole));

    /// <summary>How many characters of the text stand at a place that does not end it.</summary>
    public int Skips(string source, int at) =>
        source[at] == '\\' && !IsRaw ? 2
        : DoublesEnd && Follows(source, at, End + End) ? 2
        : Doubles && HasHoles && (Follows(source, at, Hole + Hole) || Follows(source, at, "}}")) ? 2
        : 1;

    private static bool Follows(string source, int at, string expected) =>
        string.CompareOrdinal(source, at, expected, 0, expected.Length) == 0;
}
