using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Koda.Server.Engine.Skills;

/// <summary>A regular expression that somebody else wrote, matched in bounded time.</summary>
internal sealed class SkillTrigger
{
    private const RegexOptions Options = RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(1);

    private readonly Regex _regex;

    private SkillTrigger(string pattern, Regex regex)
    {
        Pattern = pattern;
        _regex = regex;
    }

    public string Pattern { get; }

    /// <summary>Makes a trigger that cannot backtrack; where the pattern needs that, one that gives up soon.</summary>
    public static bool TryParse(string pattern, [NotNullWhen(true)] out SkillTrigger? trigger, out string problem)
    {
        (trigger, problem) = (null, "");
        try
        {
            trigger = new SkillTrigger(pattern, Compile(pattern));
            return true;
        }
        catch (ArgumentException fault)
        {
            problem = $"is no regular expression: {fault.Message}";
            return false;
        }
    }

    /// <summary>A match that takes too long is none.</summary>
    public bool Matches(string query)
    {
        try
        {
            return _regex.IsMatch(query);
        }
        catch (RegexMatchTimeoutException)
        {
            return false;
        }
    }

    private static Regex Compile(string pattern)
    {
        try
        {
            // Its time grows with the query's length and nothing else: a clock would only make a busy machine overlook a match.
            return new Regex(pattern, Options | RegexOptions.NonBacktracking, Regex.InfiniteMatchTimeout);
        }
        catch (NotSupportedException)
        {
            return new Regex(pattern, Options, s_patience);
        }
    }
}
