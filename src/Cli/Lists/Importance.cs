namespace Koda.Cli.Lists;

/// <summary>What becomes of a column where the screen is too narrow for all; the lesser give way first.</summary>
internal enum Importance
{
    /// <summary>Only <c>-o wide</c> shows it.</summary>
    Extra,

    /// <summary>Cut, then left out.</summary>
    Detail,

    /// <summary>Cut, then left out, after every detail.</summary>
    Usual,

    /// <summary>Never cut: an id, or whatever else a person copies.</summary>
    Whole,
}
