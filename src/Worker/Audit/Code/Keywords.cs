namespace Koda.Worker.Audit.Code;

/// <summary>Words of the languages that a bracket may follow without being a call.</summary>
internal static class Keywords
{
    private static readonly HashSet<string> s_keywords =
    [
        "if",
        "for",
        "foreach",
        "while",
        "switch",
        "catch",
        "with",
        "using",
        "lock",
        "return",
        "typeof",
        "await",
        "function",
        "elif",
        "in",
        "not",
        "and",
        "or",
        "assert",
        "del",
        "yield",
        "throw",
        "raise",
        "case",
        "when",
        "else",
        "do",
        "async",
        "void",
        "delete",
        "instanceof",
        "of",
        "is",
        "fixed",
        "print",
        "func",
        "go",
        "defer",
        "new",
        "except",
        "import",
        "from",
        "lambda",
    ];

    /// <summary>Whether the name is such a word, so that it names no function.</summary>
    public static bool Hold(Token name) => s_keywords.Contains(name.Text);

    /// <summary>Whether it makes a bracket behind it no call.</summary>
    public static bool PreventCall(Token name) => Hold(name) && name.Text is not ("print" or "import" or "delete" or "with" or "func");
}
