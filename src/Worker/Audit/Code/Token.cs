namespace Koda.Worker.Audit.Code;

/// <summary>What a token is.</summary>
internal enum TokenKind : byte
{
    Name,

    /// <summary>A constant piece of text, without its quotes.</summary>
    Text,

    Number,

    /// <summary>A regular expression.</summary>
    Pattern,

    /// <summary>An operator or separator. <c>;</c> also stands for the end of a line that ends a statement.</summary>
    Mark,

    /// <summary>
    /// A bracket that opens, the beginning of an interpolated string, or of a hole in one; in Python also the beginning of a block.
    /// </summary>
    Open,

    Close,
}

/// <summary>A piece of code.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">What it says; of a string the text within the quotes.</param>
/// <param name="Start">Where it begins in the file, in characters from 0.</param>
/// <param name="End">Where it ends, exclusive.</param>
internal readonly record struct Token(TokenKind Kind, string Text, int Start, int End)
{
    /// <summary>Opens a string with holes.</summary>
    public const string Template = "T(";

    /// <summary>Closes a string with holes.</summary>
    public const string TemplateEnd = "T)";

    /// <summary>Opens a hole of such a string.</summary>
    public const string Hole = "H(";

    /// <summary>Closes a hole.</summary>
    public const string HoleEnd = "H)";

    public bool Is(string mark) => Kind is TokenKind.Mark or TokenKind.Open or TokenKind.Close && Text == mark;

    public bool IsName(string name) => Kind == TokenKind.Name && Text == name;
}
