using System.Text.RegularExpressions;

namespace Koda.Worker.Providers;

/// <summary>Knows models that look at images, by their names.</summary>
internal static partial class ImageModels
{
    public static bool Take(string model) => Looking().IsMatch(model);

    [GeneratedRegex(
        @"claude-(?!2|instant)|gpt-(4o|4\.1|4-turbo|[5-9])|(^|/)o[134]\b|gemini|grok-[4-9]|vision|[-_:]vl\b|-vl-|\dvl\b|llava|pixtral|llama-?4|gemma-?[34]|minicpm-v|internvl|moondream",
        RegexOptions.IgnoreCase)]
    private static partial Regex Looking();
}
