using System.Text.RegularExpressions;

namespace Koda.Worker.Audit.Rules;

/// <summary>Tells credentials from words, and hides them.</summary>
internal static class SecretText
{
    private const double LeastEntropy = 3.0;
    private const int ShownCharacters = 4;
    private const int ShortestPassword = 6;
    private const int ShortestKey = 8;

    // Words joined by dots, dashes or case, such as csrf-token or accessTokenExpiry, and paths, addresses and formats.
    private static readonly Regex s_name = Compiled(
        @"^(?:\p{L}+[-_.:/ ]?)+\d{0,2}$|^[\W_]+$|^\d+$|^[./#@<]|^\w+://|%[sdv]|\.(?:json|js|ts|pem|key|txt|ya?ml)$|^[A-Za-z_]+\d?$|^[\w.$]+\(|[{}<>]|^[A-Z0-9_]+$|\s|\[\^?\w-\w|^[""'].*[""']$"
    );

    private static readonly Regex s_placeholder = Compiled(
        @"(?i)example|placeholder|change.?me|your[-_ ]?|xxx|dummy|sample|fake|redacted|undefined|localhost|process\.env|getenv|environ|\*\*|\.\.\.|todo|fixme|^test|insert[-_ ]|replace[-_ ]|<[\w -]+>|\$\{|\{\{|foobar|12345678|abcdef"
    );

    private static readonly Regex s_password = Compiled(@"[0-9!@#$%^&*+=?]");

    /// <summary>Whether a value looks like a key rather than a name or a placeholder.</summary>
    public static bool LooksRandom(string value) =>
        value.Length >= ShortestKey && !s_name.IsMatch(value) && !s_placeholder.IsMatch(value) && EntropyOf(value) >= LeastEntropy;

    /// <summary>Whether what a password is set to looks like one that somebody chose.</summary>
    public static bool LooksChosen(string value) =>
        value.Length >= ShortestPassword
        && value.Length < 100
        && s_password.IsMatch(value)
        && !value.Any(char.IsWhiteSpace)
        && value.Any(char.IsLetter)
        && !s_placeholder.IsMatch(value)
        && value[0] is not ('/' or '.' or '#' or '<' or '$' or '%' or '{' or '@' or ':')
        && !value.Contains("://", StringComparison.Ordinal)
        && !value.Contains('(', StringComparison.Ordinal);

    /// <summary>Whether a value is a placeholder that stands for a secret, or the path of a file that holds one.</summary>
    public static bool IsPlaceholder(string value) => value.StartsWith('/') || s_placeholder.IsMatch(value);

    /// <summary>A secret as it may be shown.</summary>
    public static string Hidden(string secret) =>
        $"{secret[..Math.Min(ShownCharacters, secret.Length / 4)]}…({secret.Length} characters redacted)";

    // Bits for each character.
    private static double EntropyOf(string value) =>
        value.GroupBy(character => character).Sum(group =>
        {
            var share = (double)group.Count() / value.Length;
            return -share * Math.Log2(share);
        });

    private static Regex Compiled(string pattern) => new(pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
