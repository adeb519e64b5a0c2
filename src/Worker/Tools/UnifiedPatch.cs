using System.Globalization;
using System.Text.RegularExpressions;

namespace Koda.Worker.Tools;

/// <summary>
/// Reads unified diffs as git does: a hunk has the lines that its header counts, whatever they look like. What git would do and this does
/// not is refused, as is what git would pass over.
/// </summary>
internal sealed partial class UnifiedPatch
{
    private static readonly (string Start, string Why)[] s_refused =
    [
        ("rename ", "renames"),
        ("copy ", "copies"),
        ("old mode ", "changes the mode of"),
        ("new mode ", "changes the mode of"),
        ("deleted file mode ", "deletes"),
        ("GIT binary patch", "changes bytes of"),
        ("Binary files ", "changes bytes of"),
    ];

    private readonly List<string> _lines;
    private readonly Func<string, bool> _exists;
    private readonly List<PlannedChange> _changes = [];
    private int _at;

    private UnifiedPatch(string patch, Func<string, bool> exists)
    {
        var lines = LineEnds.Lines(patch.EndsWith('\n') ? patch : patch + "\n");
        // A patch whose every line has one was written with the line ends of Windows.
        _lines = lines.TrueForAll(line => LineEnds.Of(line) == "\r\n") ? [.. lines.Select(LineEnds.Plain)] : lines;
        _exists = exists;
    }

    /// <param name="patch">The text.</param>
    /// <param name="exists">Whether there is a file, by its path as the patch names it.</param>
    /// <exception cref="ToolException">The text is no unified diff that can be applied.</exception>
    public static IReadOnlyList<PlannedChange> Parse(string patch, Func<string, bool> exists)
    {
        var reader = new UnifiedPatch(patch, exists);
        while (reader._at < reader._lines.Count)
            reader.ReadNext();
        return reader._changes.Count > 0
            ? reader._changes
            : throw new ToolException("The patch is no unified diff: it needs lines that begin with '--- ' and '+++ ', and hunks.");
    }

    private bool IsHeader => _at + 1 < _lines.Count && Is("--- ") && _lines[_at + 1].StartsWith("+++ ", StringComparison.Ordinal);

    private void ReadNext()
    {
        if (Is("diff --git "))
            ReadGitHeader();
        else if (IsHeader)
            ReadFile();
        else if (Is("@@ -"))
            throw new ToolException($"Line {_at + 1} of the patch is a hunk without the lines '--- ' and '+++ ' before it.");
        else
            _at++;
    }

    private void ReadGitHeader()
    {
        var header = _lines[_at++].Trim()["diff --git ".Length..];
        var made = false;
        for (; _at < _lines.Count && !IsHeader && !Is("diff --git ") && !Is("@@ -"); _at++)
        {
            if (s_refused.FirstOrDefault(refused => Is(refused.Start)).Why is { } why)
                throw new ToolException($"A patch here changes text and makes files. It {why} '{header}': use bash for that.");
            made |= Is("new file mode 100644");
            if (Is("new file mode ") && !made)
                throw new ToolException($"The patch gives '{header}' a mode: make the file, and use bash for its mode.");
        }
        if (IsHeader)
            ReadFile();
        else if (made
            && header.Length % 2 == 1
            && Name(header[((header.Length / 2) + 1)..]) is { } empty
            && header[2..].StartsWith(empty, StringComparison.Ordinal))
            _changes.Add(new PlannedChange(empty, text => text is null ? "" : throw new ToolException($"'{empty}' exists already.")));
        else
            throw new ToolException($"The patch says no change of '{header}'.");
    }

    private void ReadFile()
    {
        var (old, now) = (Given(_lines[_at]), Given(_lines[_at + 1]));
        _at += 2;
        var hunks = new List<PatchHunk>();
        while (_at < _lines.Count && HunkStart().Match(_lines[_at]) is { Success: true } start)
            hunks.Add(ReadHunk(start));
        if (now == NoFile)
            throw new ToolException($"A patch does not delete '{Name(old)}': use bash for that.");
        var path = Path(old, now);
        if (old != NoFile && Path(now, old) != path)
            throw new ToolException($"A patch does not rename '{Name(old)}': use bash for that.");
        if (hunks.Count == 0)
            throw new ToolException($"The patch has no hunk for '{path}'.");
        _changes.Add(new PlannedChange(path, text => PatchHunk.Apply(path, old == NoFile, text, hunks)));
    }

    private PatchHunk ReadHunk(Match start)
    {
        var (line, old, now) = (_at + 1, Count(start.Groups["old"]), Count(start.Groups["new"]));
        var lines = new List<PatchLine>();
        _at++;
        while (old > 0 || now > 0)
        {
            // Models leave out the blank of an empty line, as some programs do.
            var mark = _at >= _lines.Count ? '?' : LineEnds.Plain(_lines[_at]) == "\n" ? ' ' : _lines[_at][0];
            if (mark == '\\')
            {
                EndLine(lines);
                continue;
            }
            (old, now) = (old - (mark is ' ' or '-' ? 1 : 0), now - (mark is ' ' or '+' ? 1 : 0));
            if (mark is not (' ' or '-' or '+') || old < 0 || now < 0)
                throw Miscounted(line);
            lines.Add(new PatchLine(mark, _lines[_at][0] == mark ? _lines[_at][1..] : _lines[_at]));
            _at++;
        }
        if (Is("\\"))
            EndLine(lines);
        if (_at < _lines.Count && _lines[_at][0] is ' ' or '+' or '-' && !IsHeader && !IsSignature)
            throw Miscounted(line);
        return new PatchHunk(int.Parse(start.Groups["line"].ValueSpan, CultureInfo.InvariantCulture), lines);
    }

    // What git puts behind the last hunk of a mail.
    private bool IsSignature => Is("-- \n") && _lines.Count - _at <= 3;

    private void EndLine(List<PatchLine> lines)
    {
        if (lines.Count == 0)
            throw new ToolException($"Line {_at + 1} of the patch speaks of a line before it, and there is none in its hunk.");
        lines[^1] = lines[^1] with { Text = LineEnds.Plain(lines[^1].Text)[..^1] };
        _at++;
    }

    private ToolException Miscounted(int line)
    {
        var body = _lines.Skip(line).TakeWhile(each => each[0] is ' ' or '+' or '-' or '\\' or '\n').ToList();
        return new ToolException(
            $"The hunk at line {line} of the patch does not have the lines that its header '{_lines[line - 1].Trim()}' counts: "
            + $"{body.Count(each => each[0] is ' ' or '-' or '\n')} before and {body.Count(each => each[0] is ' ' or '+' or '\n')} after follow. Count them again.");
    }

    private const string NoFile = "/dev/null";

    // The prefixes of git are left out, unless the file's directory is called so.
    private string Path(string one, string other)
    {
        var given = one == NoFile ? other : one;
        var name = Name(given);
        return name != given && !_exists(name) && _exists(given) ? given : name;
    }

    private static string Name(string given) =>
        given is [>= 'a' and <= 'z', '/', ..] && "abciwo".Contains(given[0], StringComparison.Ordinal) ? given[2..] : given;

    private static string Given(string line)
    {
        var name = line[4..].TrimEnd('\n', '\r');
        return name.StartsWith('"') && name.LastIndexOf('"') is > 0 and var end
            ? QuotedPath.Read(name[1..end])
            : name.Split('\t')[0].Trim();
    }

    private static int Count(Group group) => group.Success ? int.Parse(group.ValueSpan, CultureInfo.InvariantCulture) : 1;

    private bool Is(string start) => _at < _lines.Count && _lines[_at].StartsWith(start, StringComparison.Ordinal);

    [GeneratedRegex(@"^@@ -(?<line>\d{1,9})(?:,(?<old>\d{1,9}))? \+\d{1,9}(?:,(?<new>\d{1,9}))? @@")]
    private static partial Regex HunkStart();
}
