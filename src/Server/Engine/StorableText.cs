using System.Text;

namespace Koda.Server.Engine;

/// <summary>Text as PostgreSQL can store it: Unicode without U+0000 and without halves of surrogate pairs.</summary>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    public static bool Is(string text) =>
        !text.Contains('\0') && (!text.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || FindHalf(text) < 0);

    /// <summary>The text, each character that cannot be stored replaced by the replacement character.</summary>
    public static string Of(string text)
    {
        if (Is(text))
            return text;
        var mended = new StringBuilder(text.Replace('\0', Replacement));
        for (var at = FindHalf(text); at >= 0; at = FindHalf(text, at + 1))
            mended[at] = Replacement;
        return mended.ToString();
    }

    /// <summary>The beginning of the text, of at most so many characters; a surrogate pair is left whole or left out.</summary>
    public static string Cut(string text, int length) =>
        text.Length <= length ? text
        : length > 0 && char.IsSurrogatePair(text[length - 1], text[length]) ? text[..(length - 1)]
        : text[..length];

    private static int FindHalf(string text, int start = 0)
    {
        for (var at = start; at < text.Length; at++)
        {
            if (!char.IsSurrogate(text[at]))
                continue;
            if (at + 1 < text.Length && char.IsSurrogatePair(text[at], text[at + 1]))
                at++;
            else
                return at;
        }

        return -1;
    }
}
