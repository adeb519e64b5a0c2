using System.Text.RegularExpressions;

namespace Koda.Worker.Providers;

/// <summary>Knows models that look at images, by their names.</summary>
internal static partial class ImageModels
{
    public static bool Take(string model) => Looking().IsMatch(model);

    /// <summary>What a model that does not look at images is told of one.</summary>
    public static TextBlock Mention(ImageBlock image) => new(image.Path is null
        ? $"(An image of the type {image.MimeType} that the tool gave is left out: this model cannot look at it.)"
        : $"(The image {image.Path} is attached. This model cannot look at it.)");

    [GeneratedRegex(
        @"claude-(?!2|instant)|gpt-(4o|4\.1|4-turbo|[5-9])|(^|/)o[134]\b|gemini|grok-[4-9]|vision|[-_:]vl\b|-vl-|\dvl\b|llava|pixtral|llama-?4|gemma-?[34]|minicpm-v|internvl|moondream",
        RegexOptions.IgnoreCase)]
    private static partial Regex Looking();
}
