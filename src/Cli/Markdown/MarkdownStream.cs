using System.Text;
using Markdig.Syntax;

namespace Koda.Cli.Markdown;

/// <summary>
/// A Markdown text that comes bit by bit. Its blocks are given out once each, as soon as nothing that follows can change them.
/// </summary>
internal sealed class MarkdownStream
{
    private readonly StringBuilder _open = new();

    /// <summary>What has come and was not given out yet.</summary>
    public string Open => _open.ToString();

    /// <summary>More of the text.</summary>
    /// <returns>The blocks that are complete now, as they stand in the source. Empty: none.</returns>
    public string Append(string text)
    {
        _open.Append(text);
        if (!text.Contains('\n', StringComparison.Ordinal))
            return "";
        // A line that has not ended may turn out as anything; among whole lines only the last block can still grow.
        var source = Open;
        var document = MarkdownText.Parse(source[..(source.LastIndexOf('\n') + 1)]);
        var blocks = document?.Where(block => block is not LinkReferenceDefinitionGroup).ToList() ?? [];
        return blocks is [_, .., var last] && last.Span.Start > 0 ? Take(source.LastIndexOf('\n', last.Span.Start - 1) + 1) : "";
    }

    /// <summary>The text has ended.</summary>
    /// <returns>The rest of it.</returns>
    public string End() => Take(_open.Length);

    private string Take(int length)
    {
        var taken = _open.ToString(0, length);
        _open.Remove(0, length);
        return taken;
    }
}
