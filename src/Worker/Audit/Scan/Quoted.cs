using System.Text.RegularExpressions;
using Koda.Worker.Audit.Rules;

namespace Koda.Worker.Audit.Scan;

/// <summary>Hides the constants of code that shows a secret.</summary>
internal static partial class Quoted
{
    /// <summary>A line without the constants that stand in the code that was found; without quotes, without the last word.</summary>
    public static string Hidden(string line, string code)
    {
        var constants = Constant().Matches(code).Select(match => match.Groups["text"].Value).Where(text => text.Length >= 3).ToList();
        if (constants.Count == 0)
            constants = [.. Value().Matches(code).Select(match => match.Groups["text"].Value)];
        // A key such as ['SECRET_KEY'] is a name.
        foreach (
            var constant in constants.Skip(
                constants.Count > 1 && constants[0].All(character => char.IsLetterOrDigit(character) || character is '_' or '-') ? 1 : 0))
            line = line.Replace(constant, SecretText.Hidden(constant), StringComparison.Ordinal);
        return line;
    }

    [GeneratedRegex("""(?<quote>["'`])(?<text>(?:(?!\k<quote>).)*)\k<quote>""")]
    private static partial Regex Constant();

    [GeneratedRegex(@"[=:\s](?<text>[^\s=:]+)\s*$")]
    private static partial Regex Value();
}
