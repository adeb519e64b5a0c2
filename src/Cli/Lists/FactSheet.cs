using System.Text;
using Koda.Cli.Terminal;

namespace Koda.Cli.Lists;

/// <summary>One thing in detail: a fact a line, under each other.</summary>
internal sealed class FactSheet(CliTerminal terminal)
{
    private const int NameWidth = 12;

    private readonly StringBuilder _text = new();

    /// <summary>Adds a fact. What is empty is not said.</summary>
    public FactSheet Add(string name, string? value)
    {
        if (!string.IsNullOrEmpty(value))
            _text.AppendLine(terminal.Paint(name.PadRight(NameWidth), Tone.Faint) + Printable.Text(value));
        return this;
    }

    /// <summary>The facts, and a text below them.</summary>
    public string With(string? text) => string.IsNullOrEmpty(text) ? ToString() : $"{_text}\n{Printable.Text(text)}".TrimEnd();

    public override string ToString() => _text.ToString().TrimEnd();
}
