using System.Text;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>A line of a file named <c>.gitignore</c>, as git reads it.</summary>
internal sealed class IgnoreRule
{
    private static readonly Dictionary<string, string> s_classes = new()
    {
        ["alnum"] = "a-zA-Z0-9",
        ["alpha"] = "a-zA-Z",
        ["blank"] = " \\t",
        ["cntrl"] = "\\x00-\\x1f\\x7f",
        ["digit"] = "0-9",
        ["graph"] = "!-~",
        ["lower"] = "a-z",
        ["print"] = " -~",
        ["punct"] = "!-\\/:-@\\[-`{-~",
        ["space"] = "\\s",
        ["upper"] = "A-Z",
        ["xdigit"] = "0-9a-fA-F",
    };

    private const string Meaning = "*?[\\";

    private readonly bool _onlyDirectories;
    private readonly bool _anywhere;
    private readonly string? _exactly;
    private readonly string? _ending;
    private readonly Regex? _pattern;

    private IgnoreRule(string pattern, bool keeps, bool onlyDirectories, bool anywhere)
    {
        (Keeps, _onlyDirectories, _anywhere) = (keeps, onlyDirectories, anywhere);
        if (!HasMeaning(pattern))
            _exactly = pattern;
        else if (anywhere && pattern[0] == '*' && !HasMeaning(pattern[1..]))
            _ending = pattern[1..];
        else
            _pattern = Compile(pattern);
    }

    /// <summary>Whether it takes back what lines before it left out.</summary>
    public bool Keeps { get; }

    /// <summary>Null: the line says nothing.</summary>
    public static IgnoreRule? Parse(string line)
    {
        var pattern = WithoutTrailingBlanks(line.EndsWith('\r') ? line[..^1] : line);
        if (pattern.Length == 0 || pattern[0] == '#')
            return null;
        var keeps = pattern[0] == '!';
        pattern = keeps ? pattern[1..] : pattern;
        var onlyDirectories = pattern.EndsWith('/');
        pattern = onlyDirectories ? pattern[..^1] : pattern;
        var anywhere = !pattern.Contains('/', StringComparison.Ordinal);
        pattern = pattern.StartsWith('/') ? pattern[1..] : pattern;
        return pattern.Length == 0 ? null : new IgnoreRule(pattern, keeps, onlyDirectories, anywhere);
    }

    /// <summary>Whether it speaks of a path.</summary>
    /// <param name="path">The path, relative to the directory of the file.</param>
    /// <param name="isDirectory">Whether it is a directory.</param>
    public bool Matches(ReadOnlySpan<char> path, bool isDirectory)
    {
        if (_onlyDirectories && !isDirectory)
            return false;
        var subject = _anywhere ? path[(path.LastIndexOf('/') + 1)..] : path;
        return _exactly is not null ? subject.SequenceEqual(_exactly)
            : _ending is not null ? subject.EndsWith(_ending)
            : _pattern?.IsMatch(subject) == true;
    }

    private static bool HasMeaning(string pattern) => pattern.AsSpan().IndexOfAny(Meaning) >= 0;

    private static string WithoutTrailingBlanks(string line)
    {
        var end = line.Length;
        while (end > 0 && line[end - 1] == ' ' && !IsEscaped(line, end - 1))
            end--;
        return line[..end];
    }

    private static bool IsEscaped(string text, int at)
    {
        var first = at;
        while (first > 0 && text[first - 1] == '\\')
            first--;
        return (at - first) % 2 == 1;
    }

    // Null: nothing can match it. Without backtracking, since anybody may have written it.
    private static Regex? Compile(string pattern)
    {
        var regex = new StringBuilder("^");
        for (var i = 0; i < pattern.Length; i++)
        {
            switch (pattern[i])
            {
                case '*':
                    i = Stars(pattern, i, regex);
                    break;
                case '?':
                    regex.Append("[^/]");
                    break;
                case '[' when Class(pattern, ref i) is { } members:
                    regex.Append(members);
                    break;
                case '[':
                    return null;
                case '\\' when ++i == pattern.Length:
                    return null;
                default:
                    regex.Append(Regex.Escape(pattern[i].ToString()));
                    break;
            }
        }
        return new Regex(
            regex.Append("\\z").ToString(), RegexOptions.CultureInvariant | RegexOptions.Singleline | RegexOptions.NonBacktracking);
    }

    // Two or more between slashes stand for any directories, others for any text within a name. Git looks at what follows the plain
    // beginning of a pattern by itself, so that a slash before it is not missed.
    private static int Stars(string pattern, int first, StringBuilder regex)
    {
        var last = first;
        while (last + 1 < pattern.Length && pattern[last + 1] == '*')
            last++;
        var isFirst = pattern.AsSpan().IndexOfAny(Meaning) == first;
        var alone = last > first && (isFirst || pattern[first - 1] == '/') && (last + 1 == pattern.Length || pattern[last + 1] == '/');
        if (!alone)
            regex.Append("[^/]*");
        else if (last + 1 == pattern.Length)
            regex.Append(".*");
        else
            (_, last) = (regex.Append("(?:.*/)?"), last + 1);
        return last;
    }

    // Null: it does not end.
    private static string? Class(string pattern, ref int at)
    {
        var members = new StringBuilder();
        var i = at + 1;
        var negated = i < pattern.Length && pattern[i] is '!' or '^';
        i += negated ? 1 : 0;
        char? before = null;
        for (var first = true; ; first = false, i++)
        {
            if (i >= pattern.Length)
                return null;
            if (pattern[i] == ']' && !first)
                break;
            if (pattern[i] == '['
                && i + 1 < pattern.Length
                && pattern[i + 1] == ':'
                && pattern.IndexOf(":]", i + 2, StringComparison.Ordinal) is > 0 and var end)
            {
                if (!s_classes.TryGetValue(pattern[(i + 2)..end], out var named))
                    return null;
                (_, i, before) = (members.Append(named), end + 1, null);
                continue;
            }
            var isRange = pattern[i] == '-' && before is not null && i + 1 < pattern.Length && pattern[i + 1] != ']';
            i += isRange ? 1 : 0;
            if (pattern[i] == '\\' && ++i == pattern.Length)
                return null;
            if (!isRange)
                members.Append(Literal(pattern[i]));
            else if (before <= pattern[i])
                members.Append(Literal(before!.Value)).Append('-').Append(Literal(pattern[i]));
            before = isRange ? null : pattern[i];
        }
        at = i;
        return negated ? $"[^/{members}]" : members.Length == 0 ? "[^\\x00-\\uffff]" : $"[{members}-[/]]";
    }

    private static string Literal(char character) => $"\\u{(int)character:x4}";
}
