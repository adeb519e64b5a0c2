using System.Globalization;
using System.Text.RegularExpressions;

namespace Koda.Worker.Providers.Offline;

/// <summary>Lines of a file as read gave them, by number.</summary>
internal static partial class ReadLines
{
    public static SortedDictionary<int, string> Parse(string result)
    {
        var lines = new SortedDictionary<int, string>();
        foreach (var line in result.Split('\n'))
        {
            var match = Shape().Match(line);
            if (match.Success && int.TryParse(match.Groups["line"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                lines[number] = match.Groups["text"].Value;
        }
        return lines;
    }

    [GeneratedRegex(@"^\s*(?<line>\d+)\t(?<text>.*)$")]
    private static partial Regex Shape();
}
