using System.CommandLine;

namespace Koda.Cli;

/// <summary>A command whose help teaches: what it does, then examples that can be typed as they stand.</summary>
/// <param name="name">The command.</param>
/// <param name="summary">What it does, in a sentence or two.</param>
/// <param name="examples">Command lines, one a line.</param>
/// <param name="more">What else its help says. Empty: nothing.</param>
internal sealed class TaughtCommand(string name, string summary, string examples, string more = "") : Command(name, summary)
{
    /// <summary>Whether the command itself says what Ctrl-C does.</summary>
    public bool KeepsInterrupts { get; set; }

    /// <summary>Command lines, one a line.</summary>
    public string Examples => examples;

    /// <summary>What the help adds to the summary and the options.</summary>
    public string Lesson => HelpText.Examples(examples) + (more.Length > 0 ? "\n\n" + more : "");
}
