using System.Text;

namespace Koda.Worker.Tools;

/// <summary>A replacement of exact text. How the file ends its lines need not be known: <c>\n</c> stands for what is there.</summary>
internal sealed record TextEdit(string Path, string OldText, string NewText, bool ReplaceAll = false)
{
    /// <summary>The text with the replacement made.</summary>
    /// <exception cref="ToolException">The old text is not there, or not once.</exception>
    public string Of(string text)
    {
        if (OldText == NewText)
            throw new ToolException("old_text and new_text are the same.");
        // Who writes carriage returns that are there means them.
        var isLiteral =
            (OldText.Contains('\r', StringComparison.Ordinal) || NewText.Contains('\r', StringComparison.Ordinal))
            && text.Contains(OldText, StringComparison.Ordinal);
        if (isLiteral || !text.Contains("\r\n", StringComparison.Ordinal))
            return Checked(text, isLiteral ? OldText : LineEnds.Plain(OldText))
                .Replace(isLiteral ? OldText : LineEnds.Plain(OldText), NewText, StringComparison.Ordinal);
        return InWindowsText(text);
    }

    private string InWindowsText(string text)
    {
        var plain = Checked(LineEnds.Plain(text), LineEnds.Plain(OldText));
        // Where the plain text has lost a carriage return.
        var lost = new List<int>();
        for (var at = text.IndexOf("\r\n", StringComparison.Ordinal); at >= 0; at = text.IndexOf("\r\n", at + 2, StringComparison.Ordinal))
            lost.Add(at - lost.Count);
        var (old, now, result, kept) = (LineEnds.Plain(OldText), LineEnds.Plain(NewText), new StringBuilder(), 0);
        for (
            var at = plain.IndexOf(old, StringComparison.Ordinal);
            at >= 0;
            at = plain.IndexOf(old, at + old.Length, StringComparison.Ordinal))
        {
            result.Append(text, kept, Real(at, lost) - kept);
            Append(result, now, EndsAt(plain, at, at + old.Length, lost));
            kept = Real(at + old.Length, lost);
        }
        return result.Append(text, kept, text.Length - kept).ToString();
    }

    private string Checked(string text, string old) => text.AsSpan().Count(old) switch
    {
        0 => throw new ToolException($"old_text does not occur in '{Path}'. Read the file and copy the text exactly."),
        > 1 and var occurrences when !ReplaceAll => throw new ToolException(
            $"old_text occurs {occurrences} times in '{Path}': give more of the text around it, or set replace_all."),
        _ => text,
    };

    private static int Real(int at, List<int> lost) => at + Before(at, lost);

    private static int Before(int at, List<int> lost)
    {
        var found = lost.BinarySearch(at);
        return found < 0 ? ~found : found;
    }

    // Whether each line that ends in what is replaced ends with a carriage return; where none does, as the next one, or the one before.
    private static List<bool> EndsAt(string plain, int from, int to, List<int> lost)
    {
        var ends = new List<bool>();
        for (var at = plain.IndexOf('\n', from); at >= 0 && at < to; at = plain.IndexOf('\n', at + 1))
            ends.Add(lost.BinarySearch(at) >= 0);
        if (ends.Count > 0)
            return ends;
        var next = plain.IndexOf('\n', to);
        return [lost.BinarySearch(next >= 0 ? next : plain.LastIndexOf('\n', from == 0 ? 0 : from - 1)) >= 0];
    }

    private static void Append(StringBuilder result, string text, List<bool> ends)
    {
        var line = 0;
        foreach (var character in text)
        {
            if (character == '\n' && ends[Math.Min(line++, ends.Count - 1)])
                result.Append('\r');
            result.Append(character);
        }
    }
}
