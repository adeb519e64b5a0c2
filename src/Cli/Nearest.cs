namespace Koda.Cli;

/// <summary>What somebody who mistyped a word probably meant.</summary>
internal static class Nearest
{
    /// <summary>A sentence that begins with a space. Empty: nothing is near.</summary>
    public static string Suggestion(string given, IEnumerable<string> words) =>
        Of(given, words) is { Count: > 0 } near ? $" Did you mean {string.Join(" or ", near)}?" : "";

    /// <summary>The words that are as near as it gets, if that is near enough.</summary>
    public static IReadOnlyList<string> Of(string given, IEnumerable<string> words)
    {
        var near = words
            .Select(word => (Word: word, Distance: Distance(given, word)))
            .Where(found => found.Distance <= Limit(given))
            .ToList();
        return [.. near.Where(found => found.Distance == near.Min(other => other.Distance)).Select(found => found.Word)];
    }

    private static int Limit(string given) => Math.Max(1, given.TrimStart('-').Length / 3);

    // How many letters have to be added, removed, replaced or exchanged with the next one. What only goes on as it was begun counts as one.
    private static int Distance(string one, string other)
    {
        if (one.TrimStart('-').Length > 1 && other.StartsWith(one, StringComparison.OrdinalIgnoreCase))
            return Math.Min(1, other.Length - one.Length);
        var steps = new int[one.Length + 1, other.Length + 1];
        for (var i = 0; i <= one.Length; i++)
            steps[i, 0] = i;
        for (var j = 0; j <= other.Length; j++)
            steps[0, j] = j;
        for (var i = 1; i <= one.Length; i++)
        {
            for (var j = 1; j <= other.Length; j++)
            {
                var same = char.ToLowerInvariant(one[i - 1]) == char.ToLowerInvariant(other[j - 1]);
                steps[i, j] = Math.Min(Math.Min(steps[i - 1, j], steps[i, j - 1]) + 1, steps[i - 1, j - 1] + (same ? 0 : 1));
                if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                    steps[i, j] = Math.Min(steps[i, j], steps[i - 2, j - 2] + 1);
            }
        }
        return steps[one.Length, other.Length];
    }
}
