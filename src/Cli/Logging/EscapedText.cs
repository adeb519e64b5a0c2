using System.Globalization;
using System.Text;

namespace Koda.Cli.Logging;

/// <summary>
/// Text for a line of a log: it stays on its line, steers no terminal, looks like what it is, and is not longer than it may be.
/// </summary>
internal static class EscapedText
{
    /// <summary>
    /// Escapes control characters, line breaks, what changes the direction of text or shows nothing, and halves of characters, as
    /// <c>\u001b</c>; cuts the rest.
    /// </summary>
    public static string Of(string text, int length)
    {
        var shown = Math.Min(text.Length, length);
        var cut = shown < text.Length ? $"… ({text.Length - shown} more)" : "";
        if (cut.Length == 0 && !text.Any(IsUnsafe))
            return text;
        var line = new StringBuilder(shown + cut.Length + 16);
        for (var at = 0; at < shown; at++)
        {
            if (at + 1 < shown && char.IsSurrogatePair(text[at], text[at + 1]))
                line.Append(text[at]).Append(text[++at]);
            else if (IsUnsafe(text[at]))
                line.Append(CultureInfo.InvariantCulture, $"\\u{(int)text[at]:x4}");
            else
                line.Append(text[at]);
        }
        return line.Append(cut).ToString();
    }

    private static bool IsUnsafe(char character) =>
        char.GetUnicodeCategory(character)
            is UnicodeCategory.Control
                or UnicodeCategory.Format
                or UnicodeCategory.LineSeparator
                or UnicodeCategory.ParagraphSeparator
                or UnicodeCategory.Surrogate;
}
