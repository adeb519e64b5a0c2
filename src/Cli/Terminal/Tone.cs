namespace Koda.Cli.Terminal;

/// <summary>What a piece of text is, which decides its colour.</summary>
internal enum Tone
{
    Plain,
    Faint,
    Strong,
    Good,
    Bad,
    Notice,
    Accent,
}
