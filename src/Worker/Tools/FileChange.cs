namespace Koda.Worker.Tools;

/// <summary>A change of one file, made only when the file is still what the task saw.</summary>
/// <param name="Shown">The path relative to the workspace.</param>
/// <param name="Before">The text before. Null: there was no file.</param>
/// <param name="After">The text now.</param>
/// <param name="Digest">The SHA-256 of the file now.</param>
internal sealed record FileChange(string Shown, string? Before, string After, string Digest)
{
    /// <summary>What the file holds now. Null: it does not exist.</summary>
    /// <exception cref="ToolException">The file changed since the task saw it, or is not text.</exception>
    public static async Task<TextFile?> Current(string path, ToolContext context, CancellationToken cancellationToken)
    {
        if (!Path.Exists(context.Workspace.Resolve(path)))
            return null;
        await using var stream = context.Workspace.OpenToRead(path);
        return Unchanged(path, context, await TextFile.Read(path, stream, cancellationToken));
    }

    /// <summary>Changes a file, or makes it.</summary>
    /// <param name="path">The path as the model gave it.</param>
    /// <param name="context">What the call works with.</param>
    /// <param name="change">Gives the new text for the present one; null when there is no file.</param>
    /// <param name="cancellationToken">Cancels before the file is written.</param>
    public static async Task<FileChange> Apply(
        string path, ToolContext context, Func<string?, string> change, CancellationToken cancellationToken)
    {
        var before = await Current(path, context, cancellationToken);
        var after = change(before?.Text);
        var shown = context.Workspace.Shown(context.Workspace.Resolve(path));
        if (after == before?.Text)
            return new FileChange(shown, before.Text, after, before.Digest);
        await using var stream = context.Workspace.OpenToWrite(path);
        // Read again through the handle that is written, so that nothing saved in between is lost.
        if (before is not null && (await TextFile.Read(path, stream, cancellationToken)).Digest != before.Digest)
            throw Conflict(path);
        // A file that was begun is written to its end.
        var digest = await TextFile.Write(stream, after, before?.HasMark ?? false, CancellationToken.None);
        return new FileChange(shown, before?.Text, after, digest);
    }

    /// <summary>Whether the file holds something else now, or is new.</summary>
    public bool IsChange => Before != After;

    public ToolResult Result(string text) => new(text)
    {
        Diff = UnifiedDiff.Between(Shown, Before, After),
        Path = Shown,
        FileDigest = Digest,
    };

    private static TextFile Unchanged(string path, ToolContext context, TextFile file)
    {
        var known = context.KnownDigest(context.Workspace.Shown(context.Workspace.Resolve(path)));
        return known is null || known == file.Digest ? file : throw Conflict(path);
    }

    private static ToolException Conflict(string path) => new($"'{path}' changed since you last read it. Read it again first.");
}
