namespace Koda.Worker.Tools;

/// <summary>Ends of lines. Models see and write <c>\n</c>; files keep what they have.</summary>
internal static class LineEnds
{
    private const string Windows = "\r\n";
    private const string Unix = "\n";

    /// <summary>A text with <c>\n</c> for every <c>\r\n</c>.</summary>
    public static string Plain(string text) => text.Replace(Windows, Unix, StringComparison.Ordinal);

    /// <summary>The end of a line that is given with it; empty: it has none.</summary>
    public static string Of(string line) => line.EndsWith(Windows, StringComparison.Ordinal) ? Windows : line.EndsWith('\n') ? Unix : "";

    /// <summary>A line without its end.</summary>
    public static ReadOnlySpan<char> Without(string line) => line.AsSpan(0, line.Length - Of(line).Length);

    /// <summary>The lines of a text, each with its end. Only <c>\n</c> ends one.</summary>
    public static List<string> Lines(string text)
    {
        var lines = new List<string>();
        for (var at = 0; at < text.Length;)
        {
            var end = text.IndexOf('\n', at);
            var next = end < 0 ? text.Length : end + 1;
            lines.Add(text[at..next]);
            at = next;
        }
        return lines;
    }

    /// <summary>A text in place of another one, with the ends of lines that that one has.</summary>
    /// <param name="before">The text that is replaced. Null: there is none.</param>
    /// <param name="after">The text as a model gives it.</param>
    public static string Like(string? before, string after)
    {
        if (before?.Contains(Windows, StringComparison.Ordinal) != true)
            return after;
        var old = Lines(before);
        if (old.TrueForAll(line => Of(line) != Unix))
            return Plain(after).Replace(Unix, Windows, StringComparison.Ordinal);
        return after.Contains(Windows, StringComparison.Ordinal) ? after : Aligned(old, Lines(after));
    }

    // Lines that stay keep their ends; others get those of the lines that they replace or follow.
    private static string Aligned(List<string> old, List<string> now)
    {
        var changes = new Queue<LineChange>(LineDiff.Compute([.. old.Select(Plain)], [.. now]));
        var (from, end) = (0, Of(old[0]));
        for (var at = 0; at < now.Count; at++)
        {
            while (changes.TryPeek(out var passed) && passed.NewEnd <= at)
                from = changes.Dequeue().OldEnd;
            var isChanged = changes.TryPeek(out var change) && change.NewStart <= at;
            if (!isChanged)
                end = Of(old[from++]);
            else if (change.OldStart + (at - change.NewStart) < change.OldEnd)
                end = Of(old[change.OldStart + (at - change.NewStart)]);
            if (now[at].EndsWith('\n'))
                now[at] = now[at][..^1] + (end.Length == 0 ? Unix : end);
        }
        return string.Concat(now);
    }
}
