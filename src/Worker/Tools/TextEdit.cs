namespace Koda.Worker.Tools;

/// <summary>A replacement of exact text.</summary>
internal sealed record TextEdit(string Path, string OldText, string NewText, bool ReplaceAll = false)
{
    /// <summary>The text with the replacement made.</summary>
    /// <exception cref="ToolException">The old text is not there, or not once.</exception>
    public string Of(string text)
    {
        if (OldText == NewText)
            throw new ToolException("old_text and new_text are the same.");
        var occurrences = text.AsSpan().Count(OldText);
        return occurrences switch
        {
            0 => throw new ToolException(NotFound(text)),
            > 1 when !ReplaceAll => throw new ToolException(
                $"old_text occurs {occurrences} times in '{Path}': give more of the text around it, or set replace_all."),
            _ => text.Replace(OldText, NewText, StringComparison.Ordinal),
        };
    }

    private string NotFound(string text) =>
        text.Contains("\r\n", StringComparison.Ordinal) && OldText.Contains('\n', StringComparison.Ordinal)
            ? $"old_text does not occur in '{Path}'. The file's lines end with carriage return and line feed."
            : $"old_text does not occur in '{Path}'. Read the file and copy the text exactly.";
}
