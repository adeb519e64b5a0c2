using System.Text.RegularExpressions;

namespace Koda.Worker.Context;

/// <summary>Titles as people see them in a list.</summary>
internal static partial class TitleText
{
    private const int Longest = 60;

    /// <summary>The first words of a message. Empty: it has none.</summary>
    public static string Of(string message) => Shorten(Spaces().Replace(message, " ").Trim());

    /// <summary>What a model gave as a title, without what models put around it. Empty: nothing.</summary>
    public static string Clean(string answer)
    {
        var line = answer.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() ?? "";
        line = Label().Replace(line, "").Trim().Trim('"', '\'', '`', '*', '#', '“', '”', ' ');
        return Of(line.TrimEnd('.'));
    }

    private static string Shorten(string text)
    {
        if (text.Length <= Longest)
            return text;
        var end = text.LastIndexOf(' ', Longest);
        return $"{text[..(end > Longest / 2 ? end : Longest)].TrimEnd()}…";
    }

    [GeneratedRegex(@"\s+")]
    private static partial Regex Spaces();

    [GeneratedRegex(@"^\W*title\W*:\s*", RegexOptions.IgnoreCase)]
    private static partial Regex Label();
}
