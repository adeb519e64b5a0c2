using System.Globalization;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>Reads unified diffs and applies them. Lines may have moved; what stands in them must fit exactly, at one place.</summary>
internal static partial class UnifiedPatch
{
    /// <exception cref="ToolException">The text is no unified diff that can be applied.</exception>
    public static IReadOnlyList<PlannedChange> Parse(string patch)
    {
        var lines = patch.ReplaceLineEndings("\n").TrimEnd('\n').Split('\n');
        var changes = new List<PlannedChange>();
        for (var i = 0; i < lines.Length;)
        {
            if (i + 1 >= lines.Length || !lines[i].StartsWith("--- ", StringComparison.Ordinal) || !lines[i + 1].StartsWith("+++ ", StringComparison.Ordinal))
            {
                i++;
                continue;
            }
            var (before, after) = (Name(lines[i]), Name(lines[i + 1]));
            i += 2;
            var hunks = new List<PatchHunk>();
            while (i < lines.Length && HunkStart().Match(lines[i]) is { Success: true } start)
                hunks.Add(Hunk(lines, start, ref i));
            changes.Add(Change(before, after, hunks));
        }
        return changes.Count > 0 ? changes : throw new ToolException("The patch is no unified diff: it needs lines that begin with '--- ' and '+++ ', and hunks.");
    }

    private static PlannedChange Change(string? before, string? after, List<PatchHunk> hunks)
    {
        if (after is null)
            throw new ToolException($"A patch does not delete '{before}': use bash for that.");
        if (before is not null && before != after)
            throw new ToolException($"A patch does not rename '{before}': use bash for that.");
        if (hunks.Count == 0)
            throw new ToolException($"The patch has no hunk for '{after}'.");
        return new PlannedChange(after, text => Apply(after, before is null, text, hunks));
    }

    private static string Apply(string path, bool isNew, string? text, List<PatchHunk> hunks)
    {
        if (isNew && text is not null)
            throw new ToolException($"'{path}' exists already.");
        if (!isNew && text is null)
            throw new ToolException($"'{path}' does not exist.");
        var ending = text?.Contains("\r\n", StringComparison.Ordinal) == true ? "\r\n" : "\n";
        var lines = text is null or "" ? [] : text.ReplaceLineEndings("\n").Split('\n').ToList();
        var offset = 0;
        foreach (var hunk in hunks)
        {
            var at = hunk.PlaceIn(lines, offset) ?? throw new ToolException(
                $"The hunk at line {hunk.Line} does not fit '{path}': its lines are not there, or at more than one place. Read the file and make the patch again.");
            lines.RemoveRange(at, hunk.Old.Count);
            lines.InsertRange(at, hunk.New);
            offset = at - (hunk.Line - 1) + hunk.New.Count - hunk.Old.Count;
        }
        if (text is null or "" && lines.Count > 0 && hunks[^1].EndsLine)
            lines.Add("");
        return string.Join(ending, lines);
    }

    private static PatchHunk Hunk(string[] lines, Match start, ref int i)
    {
        var (old, now, ends) = (new List<string>(), new List<string>(), true);
        for (i++; i < lines.Length && !HunkStart().IsMatch(lines[i]) && !lines[i].StartsWith("--- ", StringComparison.Ordinal) && !lines[i].StartsWith("diff ", StringComparison.Ordinal); i++)
        {
            var line = lines[i];
            // Models leave out the blank of an empty line.
            var content = line.Length == 0 ? "" : line[1..];
            if (line.StartsWith('\\'))
                ends = false;
            if (line.Length == 0 || line[0] is ' ' or '-')
                old.Add(content);
            if (line.Length == 0 || line[0] is ' ' or '+')
                now.Add(content);
        }
        return new PatchHunk(int.Parse(start.Groups[1].ValueSpan, CultureInfo.InvariantCulture), old, now, ends);
    }

    // Null: no file. The prefixes of git are left out.
    private static string? Name(string line)
    {
        var name = line[4..].Split('\t')[0].Trim();
        return name == "/dev/null" ? null : name.StartsWith("a/", StringComparison.Ordinal) || name.StartsWith("b/", StringComparison.Ordinal) ? name[2..] : name;
    }

    [GeneratedRegex(@"^@@ -(\d+)(?:,\d+)? \+\d+(?:,\d+)? @@")]
    private static partial Regex HunkStart();
}

/// <summary>A part of a patch.</summary>
/// <param name="Line">The line where it stood when the patch was made, from 1; 0 for a file that was empty.</param>
/// <param name="Old">The lines that it replaces.</param>
/// <param name="New">The lines that it puts in their place.</param>
/// <param name="EndsLine">Whether its last line ends with a line break.</param>
internal sealed record PatchHunk(int Line, List<string> Old, List<string> New, bool EndsLine)
{
    /// <summary>Where it fits: at its own line, or else at the only place where it does. Null: nowhere, or nobody can say where.</summary>
    public int? PlaceIn(List<string> lines, int offset)
    {
        var expected = Math.Max(0, Line - 1) + offset;
        if (FitsAt(lines, expected))
            return expected;
        var places = Old.Count == 0 ? [] : Enumerable.Range(0, lines.Count).Where(at => FitsAt(lines, at)).Take(2).ToList();
        return places.Count == 1 ? places[0] : null;
    }

    private bool FitsAt(List<string> lines, int at) =>
        at >= 0 && at + Old.Count <= lines.Count && Old.Select((line, i) => lines[at + i] == line).All(fits => fits);
}
