using System.Collections.Concurrent;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>
/// Puts the bytes of images into prompts. The log names an image by path and digest; one that was changed or removed since is only mentioned.
/// </summary>
internal sealed class PromptImages(Workspace workspace)
{
    private readonly ConcurrentDictionary<string, string?> _data = [];

    public IReadOnlyList<ModelMessage> Fill(IReadOnlyList<ModelMessage> messages, string model) =>
        messages.Any(message => message.Content.Any(block => block is ImageBlock))
            ? [.. messages.Select(message => message with { Content = [.. message.Content.Select(block => Fill(block, model))] })]
            : messages;

    private ContentBlock Fill(ContentBlock block, string model)
    {
        if (block is not ImageBlock image)
            return block;
        if (!ImageModels.Take(model))
            return ImageModels.Mention(image);
        if (_data.GetOrAdd(image.Digest, _ => Read(image)) is { } data)
            return image with { Data = data };
        return new TextBlock($"(The image {image.Path} was attached. It is not there any more as it was.)");
    }

    private string? Read(ImageBlock image)
    {
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
