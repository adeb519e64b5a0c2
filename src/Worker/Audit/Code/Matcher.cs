using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Code;

/// <summary>
/// A regular expression of a rule. Short text is matched in the way that is fast to set up; long text, which a stranger may have made for
/// the purpose, in one whose time grows with its length only.
/// </summary>
internal sealed class Matcher(string pattern)
{
    private const int LongText = 2048;

    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(5);

    private readonly Lazy<Regex> _short = new(() => new Regex(pattern, RegexOptions.CultureInvariant, s_limit));
    private readonly Lazy<Regex> _long = new(() => new Regex(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking));

    public bool IsMatch(string text) => For(text).IsMatch(text);

    public Match Match(string text) => For(text).Match(text);

    public MatchCollection Matches(string text) => For(text).Matches(text);

    public override string ToString() => pattern;

    private Regex For(string text) => (text.Length > LongText ? _long : _short).Value;
}
