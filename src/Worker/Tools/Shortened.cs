namespace Koda.Worker.Tools;

/// <summary>Long text with its middle left out.</summary>
internal static class Shortened
{
    /// <summary>How much of a result a model is given, in characters.</summary>
    public const int MaxLength = 32 * 1024;

    /// <summary>The beginning and the end of a text, and whether something between them was left out.</summary>
    public static (string Text, bool Truncated) HeadAndTail(string text, int maxLength = MaxLength)
    {
        if (text.Length <= maxLength)
            return (text, false);
        var half = maxLength / 2;
        return ($"{text[..half]}\n… ({text.Length - (2 * half)} characters left out) …\n{text[^half..]}", true);
    }
}
