using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline.Security;

/// <summary>Tells random text from words, and hides it.</summary>
internal static partial class SecretText
{
    private const double LeastEntropy = 3.0;
    private const int ShownCharacters = 4;

    /// <summary>Whether a value looks like a password or key rather than a name or a placeholder.</summary>
    public static bool LooksRandom(string value) => !Name().IsMatch(value) && EntropyOf(value) >= LeastEntropy;

    /// <summary>The text with every part hidden that a rule calls secret.</summary>
    public static string Redact(string text, IEnumerable<SecurityRule> rules)
    {
        foreach (var rule in rules.Where(rule => rule.Secret))
        {
            if (rule.SecretIn(text) is { Success: true } secret)
            {
                var shown = Math.Min(ShownCharacters, secret.Length / 4);
                text = $"{text[..(secret.Index + shown)]}…({secret.Length} characters redacted){text[(secret.Index + secret.Length)..]}";
            }
        }
        return text;
    }

    // Bits for each character.
    private static double EntropyOf(string value) =>
        value.GroupBy(character => character).Sum(group =>
        {
            var share = (double)group.Count() / value.Length;
            return -share * Math.Log2(share);
        });

    // Words joined by dots, dashes or case, such as csrf-token or accessTokenExpiry, and paths and formats.
    [GeneratedRegex(@"^(?:[A-Za-z]+[-_.:/ ]?)+$|^[\W_]+$|^\d+$|^[./#@]|%[sdv]|\.(?:json|js|ts|pem|key|txt|ya?ml)$|^[A-Za-z_]+\d?$")]
    private static partial Regex Name();
}
