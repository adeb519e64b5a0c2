namespace Koda.Worker.Tools;

/// <summary>A line of a hunk.</summary>
/// <param name="Mark">A blank: it stays; a minus: it goes; a plus: it comes.</param>
/// <param name="Text">The line with its end.</param>
internal sealed record PatchLine(char Mark, string Text);

/// <summary>
/// A part of a patch. Its lines may have moved; what stands in them must fit exactly, but for carriage returns at their ends.
/// </summary>
/// <param name="Line">The line where it stood when the patch was made, from 1; where nothing is replaced, the line before it.</param>
/// <param name="Lines">Its lines.</param>
internal sealed record PatchHunk(int Line, IReadOnlyList<PatchLine> Lines)
{
    private List<string> Old { get; } = [.. Lines.Where(line => line.Mark != '+').Select(line => line.Text)];

    private int Start => Old.Count == 0 ? Line : Math.Max(0, Line - 1);

    /// <summary>The text of a file with hunks made in it. Nothing but their lines changes.</summary>
    /// <param name="path">The file, for what is said of it.</param>
    /// <param name="isNew">Whether it must not be there.</param>
    /// <param name="text">What it holds. Null: it is not there.</param>
    /// <param name="hunks">The hunks, in the order of their lines.</param>
    /// <exception cref="ToolException">One does not fit.</exception>
    public static string Apply(string path, bool isNew, string? text, IReadOnlyList<PatchHunk> hunks)
    {
        if (isNew && text is not null)
            throw new ToolException($"'{path}' exists already.");
        if (!isNew && text is null)
            throw new ToolException($"'{path}' does not exist.");
        var lines = LineEnds.Lines(text ?? "");
        var (grown, done, strayed) = (0, 0, false);
        foreach (var hunk in hunks)
        {
            var at = hunk.PlaceIn(lines, hunk.Start + grown, done, strayed) ?? throw new ToolException(hunk.Misfit(path, lines));
            var now = hunk.Now(lines, at);
            lines.RemoveRange(at, hunk.Old.Count);
            lines.InsertRange(at, now);
            strayed |= at != hunk.Start + grown;
            (grown, done) = (grown + now.Count - hunk.Old.Count, at + now.Count);
        }
        return lines.SkipLast(1).All(line => line.EndsWith('\n'))
            ? string.Concat(lines)
            : throw new ToolException(
                $"A line without an end would stand in the middle of '{path}'. Only the last one may have '\\ No newline at end of file' behind it."
            );
    }

    // At its own line, or else at the only place where it fits. Where an earlier hunk was not at its line, none is sure to be; its lines
    // are not touched again.
    private int? PlaceIn(List<string> lines, int expected, int from, bool strayed)
    {
        if (!strayed && expected >= from && FitsAt(lines, expected, IsAlike))
            return expected;
        var places =
            Old.Count == 0
                ? []
                : Enumerable.Range(from, Math.Max(0, lines.Count - from)).Where(at => FitsAt(lines, at, IsAlike)).Take(2).ToList();
        return places.Count == 1 ? places[0] : null;
    }

    private bool FitsAt(List<string> lines, int at, Func<string, string, bool> same)
    {
        if (at < 0 || at + Old.Count > lines.Count)
            return false;
        for (var i = 0; i < Old.Count; i++)
        {
            // The mark at the beginning of a file is none of its lines.
            var old = at + i == 0 && !lines[0].StartsWith('\uFEFF') ? Old[i].TrimStart('\uFEFF') : Old[i];
            if (!same(lines[at + i], old))
                return false;
        }
        return true;
    }

    // Lines that stay are the file's own; new ones end as those that they replace or follow, unless the patch shows that it knows the ends.
    private List<string> Now(List<string> lines, int at)
    {
        var knows = Old.Count > 0 ? FitsAt(lines, at, IsSame) : Lines.Any(line => LineEnds.Of(line.Text) == "\r\n");
        var now = new List<string>();
        var end = LineEnds.Of(lines.ElementAtOrDefault(Old.Count == 0 && at > 0 ? at - 1 : at) ?? "");
        foreach (var line in Lines)
        {
            if (line.Mark != '+')
                end = LineEnds.Of(lines[at]) is { Length: > 0 } seen ? seen : end;
            if (line.Mark == ' ')
                now.Add(lines[at]);
            if (line.Mark == '+')
                now.Add(knows || end.Length == 0 || !line.Text.EndsWith('\n') ? line.Text : LineEnds.Plain(line.Text)[..^1] + end);
            at += line.Mark == '+' ? 0 : 1;
        }
        return now;
    }

    private string Misfit(string path, List<string> lines)
    {
        var misfit = $"The hunk at line {Line} does not fit '{path}'";
        var places = Old.Count == 0 ? [] : Enumerable.Range(0, lines.Count).Where(at => FitsAt(lines, at, IsSameText)).ToList();
        return places.Count > 0 && !places.Exists(at => FitsAt(lines, at, IsAlike))
            ? $"{misfit}: the file's last line {(lines[^1].EndsWith('\n') ? "has" : "has no")} line end. '\\ No newline at end of file' stands behind a last line without one."
            : $"{misfit}: its lines are not there, or at more than one place. Read the file and make the patch again.";
    }

    private static bool IsSame(string file, string patch) => file == patch;

    private static bool IsAlike(string file, string patch) => file.EndsWith('\n') == patch.EndsWith('\n') && IsSameText(file, patch);

    private static bool IsSameText(string file, string patch) => LineEnds.Without(file).SequenceEqual(LineEnds.Without(patch));
}
