namespace Koda.Cli.Terminal;

/// <summary>What may be typed at a place of a text.</summary>
/// <param name="Start">Where the word begins that they stand for; it ends at the cursor.</param>
/// <param name="Words">The words that it may become.</param>
internal sealed record Completions(int Start, IReadOnlyList<string> Words)
{
    private const int MostRows = 6;
    private const string Between = "  ";

    public static readonly Completions None = new(0, []);

    /// <summary>The words side by side, as many as have room.</summary>
    public IReadOnlyList<string> Rows(int width)
    {
        var rows = new List<string>();
        var row = "";
        foreach (var (word, at) in Words.Select((word, at) => (Printable.Line(word, width), at)))
        {
            if (row.Length > 0 && Printable.Width(row) + Between.Length + Printable.Width(word) > width)
            {
                rows.Add(row);
                row = "";
                if (rows.Count == MostRows)
                    return [.. rows, $"… {Words.Count - at} more"];
            }
            row += (row.Length > 0 ? Between : "") + word;
        }
        return [.. rows, row];
    }
}
