using System.Globalization;
using System.Text;

namespace Koda.Worker.Tools;

/// <summary>Diffs as people read them.</summary>
internal static class UnifiedDiff
{
    private const int Context = 3;

    /// <summary>The difference of two texts; empty when there is none.</summary>
    /// <param name="path">The name to show.</param>
    /// <param name="before">The text before. Null: there was no file.</param>
    /// <param name="after">The text after.</param>
    public static string Between(string path, string? before, string after)
    {
        // Lines keep their ends, so that a missing last one is a difference.
        string[] old = [.. LineEnds.Lines(before ?? "")];
        string[] now = [.. LineEnds.Lines(after)];
        var changes = LineDiff.Compute(old, now);
        if (changes.Count == 0)
            return "";
        var diff = new StringBuilder();
        diff.Append("--- ").Append(before is null ? "/dev/null" : $"a/{path}").Append('\n');
        diff.Append("+++ b/").Append(path).Append('\n');
        for (var first = 0; first < changes.Count;)
        {
            var last = first;
            while (last + 1 < changes.Count && changes[last + 1].OldStart - changes[last].OldEnd <= 2 * Context)
                last++;
            AppendHunk(diff, old, now, changes, first, last);
            first = last + 1;
        }
        return diff.ToString();
    }

    private static void AppendHunk(StringBuilder diff, string[] old, string[] now, List<LineChange> changes, int first, int last)
    {
        var start = Math.Max(0, changes[first].OldStart - Context);
        var end = Math.Min(old.Length, changes[last].OldEnd + Context);
        var newStart = changes[first].NewStart - (changes[first].OldStart - start);
        var newEnd = changes[last].NewEnd + (end - changes[last].OldEnd);
        diff.Append(CultureInfo.InvariantCulture, $"@@ -{Range(start, end)} +{Range(newStart, newEnd)} @@\n");
        var at = start;
        for (var i = first; i <= last; i++)
        {
            Append(diff, ' ', old, at, changes[i].OldStart);
            Append(diff, '-', old, changes[i].OldStart, changes[i].OldEnd);
            Append(diff, '+', now, changes[i].NewStart, changes[i].NewEnd);
            at = changes[i].OldEnd;
        }
        Append(diff, ' ', old, at, end);
    }

    private static void Append(StringBuilder diff, char mark, string[] lines, int from, int to)
    {
        for (var i = from; i < to; i++)
        {
            diff.Append(mark).Append(lines[i]);
            if (!lines[i].EndsWith('\n'))
                diff.Append("\n\\ No newline at end of file\n");
        }
    }

    private static string Range(int start, int end) => (end - start) switch
    {
        0 => $"{start},0",
        1 => $"{start + 1}",
        var length => $"{start + 1},{length}",
    };
}
