using System.Globalization;
using System.Text.RegularExpressions;

namespace Koda.Cli.Terminal;

/// <summary>The colours of a terminal, by their standard codes, so that they follow the user's theme.</summary>
internal static partial class Colours
{
    public static string Apply(string text, Tone tone)
    {
        var code = tone switch
        {
            Tone.Faint => 2,
            Tone.Strong => 1,
            Tone.Good => 32,
            Tone.Bad => 31,
            Tone.Notice => 33,
            Tone.Accent => 36,
            _ => 0,
        };
        return code == 0 || text.Length == 0 ? text : string.Create(CultureInfo.InvariantCulture, $"\e[{code}m{text}\e[0m");
    }

    /// <summary>The text without its colours.</summary>
    public static string Remove(string painted) => Codes().Replace(painted, "");

    [GeneratedRegex(@"\e\[[0-9;]*m")]
    private static partial Regex Codes();
}
