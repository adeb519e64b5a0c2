using Koda.Cli.Terminal;
using Markdig;
using Markdig.Syntax;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace Koda.Cli.Markdown;

/// <summary>Markdown as lines of a screen. What stands in it is a stranger's: nothing of it steers the terminal.</summary>
internal static class MarkdownText
{
    private const int Narrowest = 20;

    private static readonly MarkdownPipeline s_pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseTaskLists().UseEmphasisExtras().UseAutoLinks().Build();

    /// <summary>The text's blocks. Null: they are nested deeper than anybody writes.</summary>
    public static MarkdownDocument? Parse(string source)
    {
        try
        {
            return Markdig.Markdown.Parse(source, s_pipeline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The text as lines, none of them wider than the screen.</summary>
    /// <param name="source">The Markdown.</param>
    /// <param name="width">How many cells a line of the screen has.</param>
    /// <param name="styled">Whether there are colours. Without, what they would say is said by the marks of the source.</param>
    public static IReadOnlyList<string> Lines(string source, int width, bool styled)
    {
        var room = Math.Max(width, Narrowest);
        var lines = Parse(source) is { } document ? new BlockRenderer(styled).Blocks(document, room) : BlockRenderer.Plain(source, room);
        return [.. lines.Select(line => Paint(line, styled))];
    }

    private static string Paint(IEnumerable<Segment> line, bool styled)
    {
        using var text = new StringWriter();
        if (!styled)
            return string.Concat(line.Select(part => part.Text)).TrimEnd();
        var writer = new AnsiWriter(text, new AnsiCapabilities { Ansi = true, ColorSystem = ColorSystem.Standard, Links = false });
        foreach (var part in line)
            writer.Write(Printable.Text(part.Text), part.Style);
        return text.ToString();
    }
}
