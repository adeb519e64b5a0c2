using Koda.Cli.Terminal;

namespace Koda.Cli.Lists;

/// <summary>The one way in which the command line writes a list.</summary>
/// <param name="name">The id of an item.</param>
/// <param name="columns">The columns. The first one is never cut.</param>
internal sealed class Listing<T>(Func<T, string> name, params IReadOnlyList<Column<T>> columns)
{
    /// <param name="session">Says how and where it is written.</param>
    /// <param name="items">The items.</param>
    /// <param name="json">The list as REST shows it.</param>
    /// <param name="none">What a person is told when there are none.</param>
    public void Write(Session session, IReadOnlyCollection<T> items, Func<IReadOnlyCollection<T>, string> json, string none)
    {
        var terminal = session.Terminal;
        if (session.Format == ListFormat.Json)
            terminal.Out.WriteLine(json(items));
        else if (session.Format == ListFormat.Name)
            WriteAll(terminal, items.Select(name));
        // A script counts lines.
        else if (items.Count == 0)
            terminal.Error.WriteLine(none);
        else
            WriteAll(terminal, Lines(terminal, items, session.Format == ListFormat.Wide));
    }

    /// <summary>The titles, then a line for each item.</summary>
    /// <param name="terminal">A screen that is narrow has lesser columns cut and left out; what is no screen gets everything.</param>
    /// <param name="items">The items.</param>
    /// <param name="wide">Whether every column is wanted, however wide.</param>
    public IReadOnlyList<string> Lines(CliTerminal terminal, IReadOnlyCollection<T> items, bool wide = false)
    {
        var cells = columns.Where(column => wide || column.Importance > Importance.Extra)
            .Select((column, at) => new Cells<T>(column, at == 0 || column.Importance == Importance.Whole, items))
            .ToList();
        if (terminal.OutIsScreen && !wide)
            Cells<T>.Fit(cells, terminal.Width);
        return
        [
            .. Enumerable
                .Range(0, items.Count + 1)
                .Select(row => string.Join(Cells<T>.Gap, cells.Select(column => column.At(row, terminal, column == cells[^1]))).TrimEnd()),
        ];
    }

    private static void WriteAll(CliTerminal terminal, IEnumerable<string> lines)
    {
        foreach (var line in lines)
            terminal.Out.WriteLine(line);
    }
}
