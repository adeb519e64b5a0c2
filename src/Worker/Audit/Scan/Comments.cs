using Koda.Worker.Audit.Code;

namespace Koda.Worker.Audit.Scan;

/// <summary>Takes the comments out of text that is not read as code; every place stays where it was.</summary>
internal static class Comments
{
    private static readonly (string Open, string Close)[] s_markup =
    [
        ("<!--", "-->"),
        ("{{!--", "--}}"),
        ("{{!", "}}"),
        ("{#", "#}"),
        ("@*", "*@"),
        ("<%--", "--%>"),
        ("<%#", "%>"),
    ];

    public static string Blanked(string text, Language language) =>
        language switch
        {
            Language.Html => Blanked(text, s_markup),
            Language.Config or Language.Env or Language.Dockerfile or Language.Nginx or Language.Sh => WithoutHashes(
                Blanked(text, [("<!--", "-->")])),
            _ => text,
        };

    /// <summary>Only the scripts of a page.</summary>
    public static string Scripts(string page)
    {
        var kept = new string(' ', page.Length).ToCharArray();
        for (var at = 0; (at = page.IndexOf("<script", at, StringComparison.OrdinalIgnoreCase)) >= 0;)
        {
            var from = page.IndexOf('>', at) + 1;
            if (from == 0)
                break;
            var end = page.IndexOf("</script", from, StringComparison.OrdinalIgnoreCase);
            end = end < 0 ? page.Length : end;
            if (!page.AsSpan(at, from - at).Contains("json", StringComparison.OrdinalIgnoreCase))
                page.CopyTo(from, kept, from, end - from);
            at = end;
        }
        for (var i = 0; i < kept.Length; i++)
            kept[i] = page[i] == '\n' ? '\n' : kept[i];
        return new string(kept);
    }

    private static string Blanked(string text, IReadOnlyList<(string Open, string Close)> marks)
    {
        char[]? blanked = null;
        foreach (var (open, close) in marks)
        {
            for (var at = 0; (at = text.IndexOf(open, at, StringComparison.Ordinal)) >= 0;)
            {
                var end = text.IndexOf(close, at + open.Length, StringComparison.Ordinal);
                end = end < 0 ? text.Length : end + close.Length;
                blanked ??= text.ToCharArray();
                for (var i = at; i < end; i++)
                    blanked[i] = text[i] == '\n' ? '\n' : ' ';
                at = end;
            }
        }
        return blanked is null ? text : new string(blanked);
    }

    // A hash begins a comment at the beginning of a line or behind white space, where no quote is open.
    private static string WithoutHashes(string text)
    {
        var blanked = text.ToCharArray();
        var (quote, isComment) = ('\0', false);
        for (var i = 0; i < blanked.Length; i++)
        {
            if (blanked[i] == '\n')
                (quote, isComment) = ('\0', false);
            else if (isComment)
                blanked[i] = ' ';
            else if (quote != '\0')
                quote = blanked[i] == quote ? '\0' : quote;
            else if (blanked[i] is '"' or '\'' && (i == 0 || !char.IsLetterOrDigit(blanked[i - 1])))
                quote = blanked[i];
            else if (blanked[i] == '#' && (i == 0 || char.IsWhiteSpace(blanked[i - 1])))
                (isComment, blanked[i]) = (true, ' ');
        }
        return new string(blanked);
    }
}
