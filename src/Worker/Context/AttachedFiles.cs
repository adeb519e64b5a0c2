using Koda.Worker.Journal;
using Koda.Worker.Providers;
using Koda.Worker.Tools;

namespace Koda.Worker.Context;

/// <summary>The files that come with a message, as the model is shown them: text word for word, images as images, others by name.</summary>
internal static class AttachedFiles
{
    private const int LongestText = 64 * 1024;
    private const int MaxFiles = 20;

    /// <returns>Null when there is none.</returns>
    public static async Task<ModelMessage?> Read(
        Workspace workspace, IReadOnlyList<SentAttachment>? files, CancellationToken cancellationToken)
    {
        if (files is not { Count: > 0 })
            return null;
        var content = new List<ContentBlock>();
        foreach (var file in files.Take(MaxFiles))
            content.Add(await Read(workspace, file, cancellationToken));
        if (files.Count > MaxFiles)
            content.Add(
                new TextBlock(
                    $"(And {files.Count - MaxFiles} more attached files: {string.Join(", ", files.Skip(MaxFiles).Select(file => file.Path))})"
                ));
        return new ModelMessage(ModelRole.User, content);
    }

    private static async Task<ContentBlock> Read(Workspace workspace, SentAttachment attached, CancellationToken cancellationToken)
    {
        try
        {
            await using var file = workspace.OpenToRead(attached.Path);
            if (ImageFile.IsShown(attached.MimeType))
            {
                return file.Length <= ImageFile.Largest
                    ? new ImageBlock(attached.Path, attached.MimeType, await TextFile.Hash(file, cancellationToken))
                    : new TextBlock($"(The attached image {attached.Path} is too large to be shown.)");
            }
            var text = (await TextFile.Read(attached.Path, file, cancellationToken)).Text;
            return text.Contains('\0', StringComparison.Ordinal)
                ? Named(attached)
                : new TextBlock($"<file path=\"{attached.Path}\">\n{Shortened.HeadAndTail(text, LongestText).Text}\n</file>");
        }
        catch (Exception unreadable) when (unreadable is ToolException or IOException or UnauthorizedAccessException)
        {
            return unreadable is PathRefusedException || !unreadable.Message.Contains("UTF-8", StringComparison.Ordinal)
                ? new TextBlock($"(The attached file {attached.Path} cannot be read: {unreadable.Message})")
                : Named(attached);
        }
    }

    private static TextBlock Named(SentAttachment attached) =>
        new($"(The file {attached.Path}, of type {attached.MimeType}, is attached. It is not text.)");
}
