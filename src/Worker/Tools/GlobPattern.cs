using System.Collections.Concurrent;
using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Glob patterns: <c>*</c>, <c>**</c>, <c>?</c>, <c>[abc]</c>, <c>[!abc]</c> and <c>{a,b}</c>.</summary>
internal static class GlobPattern
{
    private const int MaxKept = 1000;
    private static readonly TimeSpan s_matchTimeout = TimeSpan.FromSeconds(1);

    // Rules are compared with every file that a walk comes to.
    private static readonly ConcurrentDictionary<(string Pattern, bool Text), Regex> s_kept = new();

    /// <summary>A pattern over paths: only <c>**</c> crosses a slash.</summary>
    /// <exception cref="ToolException">The pattern is not valid.</exception>
    public static Regex Path(string pattern) => Kept(pattern, isText: false);

    /// <summary>A pattern over any text: <c>*</c> matches everything.</summary>
    /// <exception cref="ToolException">The pattern is not valid.</exception>
    public static Regex Text(string pattern) => Kept(pattern, isText: true);

    /// <summary>A pattern that matches this text and no other.</summary>
    public static string Exactly(string text) =>
        string.Concat(text.Select(character => character is '*' or '?' or '[' or '{' ? $"[{character}]" : $"{character}"));

    private static Regex Kept(string pattern, bool isText)
    {
        if (s_kept.Count > MaxKept)
            s_kept.Clear();
        return s_kept.GetOrAdd((pattern, isText), key =>
            key.Text ? Compile(key.Pattern, star: ".*", any: ".") : Compile(key.Pattern, star: "[^/]*", any: "[^/]"));
    }

    private static Regex Compile(string pattern, string star, string any)
    {
        var regex = new StringBuilder("^");
        var braces = 0;
        for (var i = 0; i < pattern.Length; i++)
        {
            var rest = pattern.AsSpan(i);
            if (rest.StartsWith("**/"))
                (_, i) = (regex.Append("(?:.*/)?"), i + 2);
            else if (rest.StartsWith("**"))
                (_, i) = (regex.Append(".*"), i + 1);
            else if (rest[0] == '[' && rest.IndexOf(']') is > 1 and var end)
                (_, i) = (regex.Append(Class(rest[1..end].ToString())), i + end);
            else
                regex.Append(Single(rest[0], star, any, ref braces));
        }
        try
        {
            return new Regex(regex.Append('$').ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline, s_matchTimeout);
        }
        catch (RegexParseException)
        {
            throw new ToolException($"'{pattern}' is not a valid glob pattern.");
        }
    }

    private static string Single(char character, string star, string any, ref int braces)
    {
        switch (character)
        {
            case '*': return star;
            case '?': return any;
            case '{': braces++; return "(?:";
            case '}' when braces > 0: braces--; return ")";
            case ',' when braces > 0: return "|";
            default: return Regex.Escape(character.ToString());
        }
    }

    private static string Class(string members)
    {
        var negated = members[0] is '!' or '^';
        var escaped = (negated ? members[1..] : members)
            .Replace(@"\", @"\\", StringComparison.Ordinal).Replace("[", @"\[", StringComparison.Ordinal);
        return $"[{(negated ? "^" : "")}{escaped}]";
    }
}
