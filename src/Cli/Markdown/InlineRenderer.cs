using Markdig.Extensions.TaskLists;
using Markdig.Syntax.Inlines;
using Spectre.Console;

namespace Koda.Cli.Markdown;

/// <summary>Words of a Markdown text with their emphasis. Without colours the marks of the source stay.</summary>
internal sealed class InlineRenderer(bool styled)
{
    private static readonly Style s_code = new(Color.Teal);
    private static readonly Style s_faint = new(decoration: Decoration.Dim);

    public Paragraph Paragraph(ContainerInline? inlines, Style style)
    {
        var paragraph = new Paragraph();
        if (inlines is not null)
            Add(paragraph, inlines, style);
        return paragraph;
    }

    private void Add(Paragraph paragraph, ContainerInline inlines, Style style)
    {
        foreach (var inline in inlines)
            Add(paragraph, inline, style);
    }

    private void Add(Paragraph paragraph, Inline inline, Style style)
    {
        switch (inline)
        {
            case LiteralInline literal: Say(literal.Content.ToString(), style); break;
            case CodeInline code: Say(styled ? code.Content : $"`{code.Content}`", style.Combine(s_code)); break;
            case EmphasisInline emphasis: Emphasise(paragraph, emphasis, style); break;
            case LineBreakInline line: Say(line.IsHard ? "\n" : " ", style); break;
            case TaskList task: Say(task.Checked ? "[x]" : "[ ]", style); break;
            case AutolinkInline link: Say(link.Url, style.Combine(Underlined)); break;
            case LinkInline link: Link(paragraph, link, style); break;
            case HtmlEntityInline entity: Say(entity.Transcoded.ToString(), style); break;
            case HtmlInline html: Say(html.Tag, style); break;
            case ContainerInline container: Add(paragraph, container, style); break;
        }
        void Say(string text, Style tone) => paragraph.Append(BlockRenderer.Clean(text), tone);
    }

    private void Emphasise(Paragraph paragraph, EmphasisInline emphasis, Style style)
    {
        var decoration = (emphasis.DelimiterChar, emphasis.DelimiterCount) switch
        {
            ('~', 2) => Decoration.Strikethrough,
            ('*' or '_', 2) => Decoration.Bold,
            ('*' or '_', 1) => Decoration.Italic,
            _ => Decoration.None,
        };
        var mark = styled && decoration != Decoration.None ? "" : new string(emphasis.DelimiterChar, emphasis.DelimiterCount);
        paragraph.Append(mark, style);
        Add(paragraph, emphasis, style.Combine(new Style(decoration: decoration)));
        paragraph.Append(mark, style);
    }

    // Where a link leads is always seen: what it says of itself may be a lie.
    private void Link(Paragraph paragraph, LinkInline link, Style style)
    {
        var said = string.Concat(link.OfType<LiteralInline>().Select(part => part.Content.ToString()));
        var url = BlockRenderer.Clean(link.Url ?? "");
        Add(paragraph, link, style.Combine(Underlined));
        if (url.Length > 0 && url != said && url != "mailto:" + said)
            paragraph.Append($" ({url})", style.Combine(s_faint));
    }

    private static Style Underlined => new(decoration: Decoration.Underline);
}
