namespace Koda.Worker.Tools;

/// <summary>Lines [OldStart, OldEnd) were replaced by lines [NewStart, NewEnd).</summary>
internal readonly record struct LineChange(int OldStart, int OldEnd, int NewStart, int NewEnd);

/// <summary>The shortest line difference, by Myers' greedy algorithm.</summary>
internal static class LineDiff
{
    /// <summary>Texts that differ in more lines than this are shown as replaced: the search would take too long.</summary>
    private const int MaxDistance = 1500;

    public static List<LineChange> Compute(string[] old, string[] now)
    {
        var head = 0;
        while (head < old.Length && head < now.Length && old[head] == now[head])
            head++;
        var tail = 0;
        while (tail < old.Length - head && tail < now.Length - head && old[^(tail + 1)] == now[^(tail + 1)])
            tail++;
        var a = old.AsSpan(head, old.Length - head - tail);
        var b = now.AsSpan(head, now.Length - head - tail);
        if (a.Length == 0 && b.Length == 0)
            return [];
        if (Search(a, b) is not { } trace)
            return [new LineChange(head, head + a.Length, head, head + b.Length)];
        return Walk(trace, a.Length, b.Length, head);
    }

    // Returns the furthest-reaching points after each distance, or null when the texts differ too much.
    private static List<int[]>? Search(ReadOnlySpan<string> a, ReadOnlySpan<string> b)
    {
        var max = Math.Min(a.Length + b.Length, MaxDistance);
        var reach = new int[(2 * max) + 2];
        var trace = new List<int[]>();
        for (var distance = 0; distance <= max; distance++)
        {
            trace.Add(reach.AsSpan(max - distance, (2 * distance) + 2).ToArray());
            for (var k = -distance; k <= distance; k += 2)
            {
                var down = k == -distance || (k != distance && reach[max + k - 1] < reach[max + k + 1]);
                var x = down ? reach[max + k + 1] : reach[max + k - 1] + 1;
                while (x < a.Length && x - k < b.Length && a[x] == b[x - k])
                    x++;
                reach[max + k] = x;
                if (x >= a.Length && x - k >= b.Length)
                    return trace;
            }
        }
        return null;
    }

    private static List<LineChange> Walk(List<int[]> trace, int x, int y, int offset)
    {
        var changes = new List<LineChange>();
        for (var distance = trace.Count - 1; distance > 0; distance--)
        {
            // The saved window holds the diagonals from -distance to distance + 1.
            var reach = trace[distance];
            var k = x - y;
            var down = k == -distance || (k != distance && reach[distance + k - 1] < reach[distance + k + 1]);
            var fromK = down ? k + 1 : k - 1;
            var fromX = reach[distance + fromK];
            var fromY = fromX - fromK;
            changes.Add(down
                ? new LineChange(offset + fromX, offset + fromX, offset + fromY, offset + fromY + 1)
                : new LineChange(offset + fromX, offset + fromX + 1, offset + fromY, offset + fromY));
            (x, y) = (fromX, fromY);
        }
        changes.Reverse();
        return Joined(changes);
    }

    private static List<LineChange> Joined(List<LineChange> single)
    {
        var joined = new List<LineChange>();
        foreach (var change in single)
        {
            if (joined.Count > 0 && joined[^1].OldEnd == change.OldStart && joined[^1].NewEnd == change.NewStart)
                joined[^1] = joined[^1] with { OldEnd = change.OldEnd, NewEnd = change.NewEnd };
            else
                joined.Add(change);
        }
        return joined;
    }
}
