using Koda.Cli.Terminal;

namespace Koda.Cli.Lists;

/// <summary>A column of a list.</summary>
/// <param name="Title">What stands above it.</param>
/// <param name="Text">What stands in it for an item.</param>
/// <param name="Importance">What becomes of it where there is no room.</param>
internal sealed record Column<T>(string Title, Func<T, string> Text, Importance Importance = Importance.Usual)
{
    /// <summary>Whether it is of numbers, which end under each other.</summary>
    public bool Right { get; init; }

    /// <summary>The colour for an item.</summary>
    public Func<T, Tone> Tone { get; init; } = _ => Terminal.Tone.Plain;
}
