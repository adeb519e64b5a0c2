using System.Globalization;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline;

/// <summary>One line of the result of grep.</summary>
internal sealed partial record GrepLine(string Path, int Line, string Text)
{
    /// <summary>Reads <c>path:line:text</c> lines, and leaves out what is none, such as a note that there are more.</summary>
    public static IEnumerable<GrepLine> Parse(string result)
    {
        foreach (var line in result.Split('\n'))
        {
            var match = Shape().Match(line);
            if (match.Success
                && int.TryParse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                yield return new GrepLine(match.Groups["path"].Value, number, match.Groups["text"].Value);
        }
    }

    [GeneratedRegex(@"^(?:\./)*(?<path>[^(].*?):(?<line>\d+):(?<text>.*)$")]
    private static partial Regex Shape();
}
