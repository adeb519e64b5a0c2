using System.Globalization;
using Koda.Cli.Terminal;
using Markdig.Extensions.Tables;
using Markdig.Syntax;
using Spectre.Console;
using Spectre.Console.Rendering;
using Table = Markdig.Extensions.Tables.Table;
using TableCell = Markdig.Extensions.Tables.TableCell;
using TableRow = Markdig.Extensions.Tables.TableRow;

namespace Koda.Cli.Markdown;

/// <summary>The blocks of a Markdown text as lines of a screen.</summary>
/// <param name="styled">Whether there are colours.</param>
internal sealed class BlockRenderer(bool styled)
{
    private const int Narrowest = 10;
    private const int NarrowestColumn = 6;
    private const int TabCells = 4;

    private static readonly RenderOptions s_options = RenderOptions.Create(AnsiConsole.Create(new AnsiConsoleSettings
    {
        Ansi = AnsiSupport.Yes,
        ColorSystem = ColorSystemSupport.Standard,
        Interactive = InteractionSupport.No,
        Enrichment = new ProfileEnrichment { UseDefaultEnrichers = false },
        Out = new AnsiConsoleOutput(TextWriter.Null),
    }));

    private readonly InlineRenderer _inlines = new(styled);

    /// <summary>Blocks one below the other, with an empty line between them.</summary>
    public List<IReadOnlyList<Segment>> Blocks(IEnumerable<Block> blocks, int width, bool tight = false)
    {
        var lines = new List<IReadOnlyList<Segment>>();
        foreach (var block in blocks)
        {
            var drawn = Draw(block, Math.Max(width, Narrowest));
            if (lines.Count > 0 && drawn.Count > 0 && !tight)
                lines.Add([]);
            lines.AddRange(drawn);
        }
        return lines;
    }

    /// <summary>A text as it stands, wrapped.</summary>
    public static List<IReadOnlyList<Segment>> Plain(string text, int width) => Wrapped(new Paragraph(Clean(text)), width);

    private List<IReadOnlyList<Segment>> Draw(Block block, int width) => block switch
    {
        HeadingBlock heading => Heading(heading, width),
        ParagraphBlock paragraph => Wrapped(_inlines.Paragraph(paragraph.Inline, Style.Plain), width),
        ListBlock list => List(list, width),
        QuoteBlock quote => Behind(Blocks(quote, width - 2), new("│ ", Faint), new("│ ", Faint)),
        Table table => Table(table, width),
        FencedCodeBlock code => Code(code, code.Info ?? "", width),
        CodeBlock code => Code(code, "", width),
        ThematicBreakBlock => [[new(new string('─', Math.Min(width, 40)), Faint)]],
        LinkReferenceDefinitionGroup => [],
        LeafBlock { Inline: { } inline } => Wrapped(_inlines.Paragraph(inline, Style.Plain), width),
        LeafBlock leaf => Plain(leaf.Lines.ToString(), width),
        ContainerBlock container => Blocks(container, width),
        _ => [],
    };

    private List<IReadOnlyList<Segment>> Heading(HeadingBlock heading, int width)
    {
        var style =
            heading.Level == 1 ? new Style(decoration: Decoration.Bold | Decoration.Underline) : new Style(decoration: Decoration.Bold);
        var lines = Wrapped(_inlines.Paragraph(heading.Inline, style), styled ? width : width - heading.Level - 1);
        var mark = new Segment(new string('#', heading.Level) + " ");
        return styled ? lines : Behind(lines, mark, Segment.Padding(heading.Level + 1));
    }

    private List<IReadOnlyList<Segment>> List(ListBlock list, int width)
    {
        var lines = new List<IReadOnlyList<Segment>>();
        var number = int.TryParse(list.OrderedStart, CultureInfo.InvariantCulture, out var start) ? start : 1;
        var cells = list.IsOrdered ? $"{number + (long)list.Count - 1}. ".Length : 2;
        foreach (var item in list.OfType<ListItemBlock>())
        {
            var mark = list.IsOrdered ? $"{number++}. ".PadLeft(cells) : "• ";
            if (list.IsLoose && lines.Count > 0)
                lines.Add([]);
            var drawn = Blocks(item, width - cells, tight: !list.IsLoose);
            if (drawn.Count == 0)
                drawn.Add([]);
            lines.AddRange(Behind(drawn, new(mark, Accent), Segment.Padding(cells)));
        }
        return lines;
    }

    // A table that has no room for its columns is told row by row.
    private List<IReadOnlyList<Segment>> Table(Table table, int width)
    {
        var rows = table
            .OfType<TableRow>()
            .Select(row => row.OfType<TableCell>().Select(cell => Inlines(cell, row.IsHeader)).ToList())
            .ToList();
        var columns = rows.Count == 0 ? 0 : rows.Max(row => row.Count);
        if (columns == 0)
            return [];
        if (columns * (NarrowestColumn + 1) > width)
            return [.. rows.SelectMany(row => Record(row, width))];
        var drawn = new Spectre.Console.Table { Border = TableBorder.Square, BorderStyle = Faint };
        for (var column = 0; column < columns; column++)
        {
            var header = column < rows[0].Count ? rows[0][column] : new Paragraph();
            drawn.AddColumn(new TableColumn(header) { Alignment = AlignmentOf(table, column) });
        }
        foreach (var row in rows.Skip(1))
            drawn.AddRow(row.Concat(Enumerable.Repeat(new Paragraph(), columns - row.Count)));
        return Lines(drawn, width);
    }

    private static List<IReadOnlyList<Segment>> Record(List<Paragraph> row, int width) =>
        [.. row.SelectMany((cell, at) => Behind(Wrapped(cell, width - 2), new(at == 0 ? "• " : "  ", Accent), Segment.Padding(2)))];

    private Paragraph Inlines(TableCell cell, bool header)
    {
        var style = header ? new Style(decoration: Decoration.Bold) : Style.Plain;
        return _inlines.Paragraph(cell.OfType<ParagraphBlock>().FirstOrDefault()?.Inline, style);
    }

    private static Justify? AlignmentOf(Table table, int column) =>
        column >= table.ColumnDefinitions.Count ? null : table.ColumnDefinitions[column].Alignment switch
        {
            TableColumnAlign.Center => Justify.Center,
            TableColumnAlign.Right => Justify.Right,
            _ => null,
        };

    private List<IReadOnlyList<Segment>> Code(LeafBlock code, string language, int width)
    {
        var lines = Clean(code.Lines.ToString()).TrimEnd('\n').Split('\n');
        var coloured = styled ? CodeColours.Of(lines, language) : [.. lines.Select(line => (IReadOnlyList<Segment>)[new(line)])];
        var drawn = coloured.SelectMany(line => Segment.SplitLines(line, width - 2).Select(part => (IReadOnlyList<Segment>)part));
        return Behind([.. drawn.DefaultIfEmpty([])], new("  ", Faint), new("  ", Faint));
    }

    private static List<IReadOnlyList<Segment>> Behind(List<IReadOnlyList<Segment>> lines, Segment first, Segment others) =>
        [.. lines.Select((line, at) => (IReadOnlyList<Segment>)[at == 0 ? first : others, .. line])];

    private static List<IReadOnlyList<Segment>> Wrapped(Paragraph paragraph, int width) => Lines(paragraph, Math.Max(width, Narrowest));

    private static List<IReadOnlyList<Segment>> Lines(IRenderable drawn, int width) =>
        [.. Segment.SplitLines(drawn.Render(s_options, width)).Select(line => (IReadOnlyList<Segment>)line)];

    /// <summary>The text without what would steer a terminal, tabs as blanks.</summary>
    internal static string Clean(string text) => Printable.Text(text).Replace("\t", new string(' ', TabCells), StringComparison.Ordinal);

    private static Style Faint => new(decoration: Decoration.Dim);

    private static Style Accent => new(Color.Teal);
}
