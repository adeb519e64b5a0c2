using System.Net;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>The readable text of an HTML page.</summary>
internal static partial class HtmlText
{
    public static string Of(string html)
    {
        var text = Unseen().Replace(html, "");
        text = Links().Replace(text, "$2 ($1)");
        text = LineBreaks().Replace(text, "\n");
        text = WebUtility.HtmlDecode(Tags().Replace(text, ""));
        text = Spaces().Replace(text, " ");
        return EmptyLines().Replace(text, "\n\n").Trim();
    }

    [GeneratedRegex(
        @"<!--.*?-->|<(script|style|head|noscript|svg|template)\b.*?</\1\s*>", RegexOptions.Singleline | RegexOptions.IgnoreCase, 2000)]
    private static partial Regex Unseen();

    [GeneratedRegex("""<a\b[^>]*?href\s*=\s*["'](https?:[^"']+)["'][^>]*>([^<]*)</a\s*>""", RegexOptions.IgnoreCase, 2000)]
    private static partial Regex Links();

    [GeneratedRegex(@"</?(p|div|br|li|ul|ol|tr|table|h[1-6]|section|article|pre|blockquote)\b[^>]*>", RegexOptions.IgnoreCase, 2000)]
    private static partial Regex LineBreaks();

    [GeneratedRegex("<[^>]*>", RegexOptions.None, 2000)]
    private static partial Regex Tags();

    [GeneratedRegex(@"[ \t\r\f]+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"\s*\n\s*\n\s*")]
    private static partial Regex EmptyLines();
}
