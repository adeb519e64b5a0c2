using System.Collections.Concurrent;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>
/// Puts the bytes of images into prompts. The log names an image by digest, and by path when it is one of the workspace; one that was
/// changed or removed since is only mentioned. So are old ones where they are many: providers take no more, and refuse the whole request.
/// </summary>
internal sealed class PromptImages(Workspace workspace, KeptImages kept)
{
    private const int MostImages = 20;
    private const int LeftOutAtOnce = 10;
    private const int MostCharacters = 20_000_000;

    private readonly ConcurrentDictionary<string, string?> _data = [];

    public IReadOnlyList<ModelMessage> Fill(IReadOnlyList<ModelMessage> messages, string model)
    {
        var images = messages.Sum(message => message.Images.Count());
        if (images == 0)
            return messages;
        // Many at once, so that what is before them stays the same for some calls, and in the provider's cache.
        var old = images <= MostImages ? 0 : (images - MostImages + LeftOutAtOnce - 1) / LeftOutAtOnce * LeftOutAtOnce;
        var room = MostCharacters;
        var filled = new List<ModelMessage>();
        foreach (var message in messages.Reverse())
            filled.Add(
                message.Images.Any()
                    ? message with { Content = [.. message.Content.Reverse().Select(block => Fill(block)).Reverse()] }
                    : message);
        filled.Reverse();
        return filled;

        ContentBlock Fill(ContentBlock block)
        {
            if (block is not ImageBlock image)
                return block;
            if (!ImageModels.Take(model))
                return ImageModels.Mention(image);
            if (images-- <= old)
                return new TextBlock($"({Named(image)} is left out to make room for newer ones.)");
            if (_data.GetOrAdd(image.Digest, _ => Read(image)) is not { } data)
                return new TextBlock($"({Named(image)} is not there any more as it was.)");
            room -= data.Length;
            return room >= 0
                ? image with { Data = data }
                : new TextBlock($"({Named(image)} is left out: together with newer ones it is too large.)");
        }
    }

    private static string Named(ImageBlock image) =>
        image.Path is null ? $"An image of the type {image.MimeType} that the tool gave" : $"The image {image.Path} that was attached";

    private string? Read(ImageBlock image)
    {
        if (image.Path is null)
            return kept.Read(image.Digest) is { } known ? Convert.ToBase64String(known) : null;
        try
        {
            using var file = workspace.OpenToRead(image.Path);
            var bytes = new byte[file.Length];
            file.ReadExactly(bytes);
            return TextFile.Hash(bytes) == image.Digest ? Convert.ToBase64String(bytes) : null;
        }
        catch (Exception unreadable) when (unreadable is ToolException or IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
