namespace Koda.Worker.Audit.Code;

/// <summary>Reads Go.</summary>
internal sealed class GoLexer(string text) : Lexer(text)
{
    private static readonly StringForm s_text = new("\"");
    private static readonly StringForm s_raw = new("`") { IsMultiline = true, IsRaw = true };
    private static readonly StringForm s_rune = new("'");

    protected override bool Skip() => SkipWhiteSpace() || SkipSlashComment();

    protected override bool ReadText()
    {
        var form = Current switch { '"' => s_text, '`' => s_raw, '\'' => s_rune, _ => null };
        if (form is null)
            return false;
        ReadString(1, form);
        return true;
    }
}
